import { embeddedRedis } from '../../support/embedded-redis.ts'

const { server, redis } = await embeddedRedis(process.argv[2] ?? '')
await redis.set('kept', 'yes')
process.stdout.write(`${server.pid()}\n`)
