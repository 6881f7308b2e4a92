-- Leases one job, if its turn has come: it is ready, or its sleep is over and it is the first of its session.
--
-- KEYS[1]  HASH    the job
-- KEYS[2]  ZSET    the tenant's ready jobs
-- KEYS[3]  ZSET    tenants with ready jobs
-- KEYS[4]  ZSET    wake set
-- KEYS[5]  ZSET    leases
-- KEYS[6]  ZSET    the session's line
-- ARGV[1]  job id
-- ARGV[2]  tenant
-- ARGV[3]  length of a lease, ms
-- Returns  {its new epoch, 0} | {0, ms until its sleep is over, or -1}

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if redis.call('EXISTS', KEYS[1]) == 0 then return {0, -1} end

local sleepsUntil = tonumber(redis.call('ZSCORE', KEYS[4], ARGV[1]) or nil)
if sleepsUntil and sleepsUntil > now then return {0, math.ceil(sleepsUntil - now)} end

local rested = sleepsUntil and redis.call('ZRANGE', KEYS[6], 0, 0)[1] == ARGV[1]
if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 and not rested then return {0, -1} end
redis.call('ZREM', KEYS[4], ARGV[1])
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('ZREM', KEYS[3], ARGV[2]) end
redis.call('ZADD', KEYS[5], now + tonumber(ARGV[3]), ARGV[1])
return {redis.call('HINCRBY', KEYS[1], 'epoch', 1), 0}
