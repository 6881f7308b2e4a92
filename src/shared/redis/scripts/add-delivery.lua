-- Writes a delivery that is to be tried at once, with its indexes. One that is there already stays as it is.
--
-- KEYS[1]  HASH    the delivery
-- KEYS[2]  ZSET    its lane
-- KEYS[3]  ZSET    lanes
-- KEYS[4]  ZSET    the job's deliveries
-- KEYS[5]  ZSET    the tenant's deliveries
-- KEYS[6]  ZSET    the tenant's pending deliveries
-- ARGV[1]  the command, JSON: id, lane, fields{name: text}, keepMs, oldestMs (indexes are cut off below that age)
-- Returns  1 | 0 when it was there before

local c = cjson.decode(ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

for name, text in pairs(c.fields) do redis.call('HSET', KEYS[1], name, text) end
redis.call('HSET', KEYS[1], 'status', 'pending', 'tries', 0, 'next_try_ms', now)
redis.call('PEXPIRE', KEYS[1], c.keepMs)
for i = 4, 6 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - c.oldestMs)
  redis.call('ZADD', KEYS[i], now, c.id)
end
redis.call('PEXPIRE', KEYS[4], c.keepMs)
redis.call('PEXPIRE', KEYS[5], c.oldestMs)
redis.call('PEXPIRE', KEYS[6], c.oldestMs)

redis.call('ZADD', KEYS[2], now, c.id)
redis.call('ZADD', KEYS[3], 'LT', now, c.lane)
return 1
