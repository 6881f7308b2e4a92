-- Removes some of a job's deliveries, ended or not, with their places in all lists. A try that is under way ends in nothing.
--
-- KEYS[1]  ZSET    the job's deliveries
-- KEYS[2]  ZSET    the tenant's deliveries
-- KEYS[3]  ZSET    lanes
-- ARGV[1]  how many at most
-- ARGV[2]  prefix of deliveries
-- ARGV[3]  prefix of lanes
-- ARGV[4…] the tenant's indexes by status
-- Returns  how many are left

for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1)) do
  local lane = redis.call('HGET', ARGV[2] .. id, 'lane')
  if lane then
    redis.call('ZREM', ARGV[3] .. lane, id)
    if redis.call('EXISTS', ARGV[3] .. lane) == 0 then redis.call('ZREM', KEYS[3], lane) end
  end
  for i = 4, #ARGV do redis.call('ZREM', ARGV[i], id) end
  redis.call('ZREM', KEYS[2], id)
  redis.call('DEL', ARGV[2] .. id)
  redis.call('ZREM', KEYS[1], id)
end
return redis.call('ZCARD', KEYS[1])
