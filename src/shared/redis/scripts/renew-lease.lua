-- Makes a lease last longer, if the caller still holds it.
--
-- KEYS[1]  HASH    the job
-- KEYS[2]  ZSET    leases
-- ARGV[1]  job id
-- ARGV[2]  the caller's epoch
-- ARGV[3]  length of a lease from now on, ms
-- Returns  {1, the state it was asked to stop in, or ""} | {0, ""} when another holds the job, or nobody

if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[2] then return {0, ''} end
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return {0, ''} end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[3]), ARGV[1])
return {1, redis.call('HGET', KEYS[1], 'stop_asked') or ''}
