-- Wakes the jobs whose sleep is over, then leases up to so many ready ones: a turn for each tenant, and of a tenant
-- its first by priority and order of acceptance. A lease is a new epoch.
--
-- KEYS[1]  ZSET    wake set
-- KEYS[2]  ZSET    tenants with ready jobs
-- KEYS[3]  ZSET    leases
-- ARGV[1]  how many at most
-- ARGV[2]  length of a lease, ms
-- ARGV[3]  prefix of job hashes
-- ARGV[4]  prefix of the tenants' ready sets
-- ARGV[5]  prefix of the sessions' lines
-- Returns  {ms until the next sleeper wakes, or -1; 1 if jobs stay ready, else 0; id, epoch, id, epoch, …}

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 200)) do
  redis.call('ZREM', KEYS[1], id)
  local tenant, session, score = unpack(redis.call('HMGET', ARGV[3] .. id, 'tenant', 'session', 'score'))
  -- One that is not first in its session's line is made ready when it becomes so.
  if tenant and redis.call('ZRANGE', ARGV[5] .. session, 0, 0)[1] == id then
    redis.call('ZADD', ARGV[4] .. tenant, score, id)
    redis.call('ZADD', KEYS[2], 'NX', 0, tenant)
  end
end

local leased = {}
while #leased < 2 * tonumber(ARGV[1]) do
  local tenant = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not tenant then break end
  local id = redis.call('ZPOPMIN', ARGV[4] .. tenant)[1]
  if id and redis.call('EXISTS', ARGV[3] .. id) == 1 then
    table.insert(leased, id)
    table.insert(leased, tostring(redis.call('HINCRBY', ARGV[3] .. id, 'epoch', 1)))
    redis.call('ZADD', KEYS[3], now + tonumber(ARGV[2]), id)
  end
  if redis.call('ZCARD', ARGV[4] .. tenant) == 0 then
    redis.call('ZREM', KEYS[2], tenant)
  else
    local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
    redis.call('ZADD', KEYS[2], tonumber(last) + 1, tenant)
  end
end

local sleeper = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
local untilWake = sleeper and math.max(0, math.ceil(tonumber(sleeper) - now)) or -1
return {untilWake, redis.call('EXISTS', KEYS[2]), unpack(leased)}
