-- Takes back leases that have run out: their jobs are ready again, and whoever held them can write nothing any more.
--
-- KEYS[1]  ZSET    leases
-- KEYS[2]  ZSET    tenants with ready jobs
-- KEYS[3]  CHANNEL ready signal
-- ARGV[1]  prefix of job hashes
-- ARGV[2]  prefix of the tenants' ready sets
-- ARGV[3]  "expired", or "all" for the only worker of a cell as it starts
-- Returns  the ids

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local limit = ARGV[3] == 'all' and '+inf' or now
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', limit, 'LIMIT', 0, 1000)

for _, id in ipairs(ids) do
  redis.call('ZREM', KEYS[1], id)
  local tenant, score = unpack(redis.call('HMGET', ARGV[1] .. id, 'tenant', 'score'))
  if tenant then
    redis.call('HINCRBY', ARGV[1] .. id, 'epoch', 1)
    redis.call('ZADD', ARGV[2] .. tenant, score, id)
    redis.call('ZADD', KEYS[2], 'NX', 0, tenant)
    redis.call('PUBLISH', KEYS[3], id)
  end
end
return ids
