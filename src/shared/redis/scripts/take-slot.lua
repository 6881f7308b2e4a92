-- Takes one of so many slots, unless all are held. A holder that asks again keeps its own.
--
-- KEYS[1]  ZSET  holders by the Redis time (ms) at which their slot comes back
-- ARGV[1]  holder
-- ARGV[2]  how many slots there are
-- ARGV[3]  for how long, ms
-- Returns  1 | 0 when all are held

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
return 1
