-- Takes one of an account's message slots; where all are held, the job is put into its tenant's line for one. A holder
-- that asks again keeps its own.
--
-- KEYS[1]  ZSET  holders by the Redis time (ms) at which their slot comes back
-- KEYS[2]  HASH  what the account bears now: limit
-- KEYS[3]  ZSET  tenants with jobs in line, by their turn
-- KEYS[4]  HASH  the job
-- ARGV[1]  the job's id
-- ARGV[2]  how many slots there are at most
-- ARGV[3]  for how long it is held, ms
-- ARGV[4]  prefix of the tenants' lines
-- Returns  1 | 0 when all are held

local id = ARGV[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)

local tenant, score = unpack(redis.call('HMGET', KEYS[4], 'tenant', 'score'))
if not tenant then return 0 end
local line = ARGV[4] .. tenant
local limit = math.min(tonumber(ARGV[2]), tonumber(redis.call('HGET', KEYS[2], 'limit') or ARGV[2]))

if redis.call('ZSCORE', KEYS[1], id) or redis.call('ZCARD', KEYS[1]) < limit then
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), id)
  redis.call('ZREM', line, id)
  return 1
end
redis.call('ZADD', line, score, id)
local first = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
redis.call('ZADD', KEYS[3], 'NX', first or 0, tenant)
return 0
