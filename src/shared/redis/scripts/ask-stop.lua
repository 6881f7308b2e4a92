-- Asks a job that a worker holds, or that sleeps with something running at the upstream, to stop: a sleeping one is
-- made ready at once, so that a worker ends it and cleans up after it.
--
-- KEYS[1]  HASH    the job
-- KEYS[2]  ZSET    wake set
-- KEYS[3]  ZSET    the tenant's ready jobs
-- KEYS[4]  ZSET    tenants with ready jobs
-- KEYS[5]  CHANNEL ready signal
-- KEYS[6]  CHANNEL stop signal
-- ARGV[1]  job id
-- ARGV[2]  tenant
-- ARGV[3]  the state to end in: "canceled" or "expired"
-- ARGV[4]  states in which it can be asked, as ",running,waiting,"
-- Returns  {1, state} | {0, state or ""}

local status = redis.call('HGET', KEYS[1], 'status')
if not status then return {0, ''} end
if not string.find(ARGV[4], ',' .. status .. ',', 1, true) then return {0, status} end

local asked = redis.call('HGET', KEYS[1], 'stop_asked')
if not asked or asked == '' then redis.call('HSET', KEYS[1], 'stop_asked', ARGV[3]) end
if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then
  redis.call('ZADD', KEYS[3], 0, ARGV[1])
  redis.call('ZADD', KEYS[4], 'NX', 0, ARGV[2])
  redis.call('PUBLISH', KEYS[5], ARGV[1])
end
redis.call('PUBLISH', KEYS[6], ARGV[1])
return {1, status}
