-- Lets a job that has gone to sleep in the line for a message slot sleep until it is called, or wakes it if it was
-- called before it slept.
--
-- KEYS[1]  ZSET    holders by the Redis time (ms) at which their slot comes back
-- KEYS[2]  ZSET    wake set
-- KEYS[3]  HASH    the job
-- KEYS[4]  CHANNEL ready signal
-- ARGV[1]  job id
-- ARGV[2]  how long it sleeps at most, ms
-- ARGV[3]  prefix of the tenants' lines
-- Returns  1 if it sleeps on, else 0

local tenant, status = unpack(redis.call('HMGET', KEYS[3], 'tenant', 'status'))
if status ~= 'running' or not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  if tenant then redis.call('ZREM', ARGV[3] .. tenant, ARGV[1]) end
  return 0
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  redis.call('ZADD', KEYS[2], 'XX', now, ARGV[1])
  redis.call('PUBLISH', KEYS[4], ARGV[1])
  return 0
end
redis.call('ZADD', KEYS[2], 'XX', now + tonumber(ARGV[2]), ARGV[1])
return 1
