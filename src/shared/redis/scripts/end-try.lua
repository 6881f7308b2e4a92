-- Ends a try: records it, and either sets the time of the next or ends the delivery. A caller whose lease has run out
-- may only tell a success: another holds the delivery by then.
--
-- KEYS[1]  HASH    the delivery
-- KEYS[2]  ZSET    its lane
-- KEYS[3]  ZSET    lanes
-- KEYS[4]  ZSET    the tenant's pending deliveries
-- KEYS[5]  ZSET    the tenant's deliveries of the new status
-- KEYS[6]  ZSET    the job's deliveries
-- ARGV[1]  the command, JSON:
--            id, lane
--            lease     its end, as it was taken
--            status    "pending" | "succeeded" | "failed" | "skipped"
--            try       text to record; absent: nothing was tried
--            waitMs    until the next try, of a pending one
--            keepMs    how long the delivery is kept from now on
--            oldestMs  the greatest age of any delivery
-- Returns  1 | 0 when another holds it or it has ended

local c = cjson.decode(ARGV[1])
if redis.call('HGET', KEYS[1], 'status') ~= 'pending' then return 0 end
local held = tonumber(redis.call('ZSCORE', KEYS[2], c.id)) == c.lease
if not held and c.status ~= 'succeeded' then return 0 end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

if c.try then
  redis.call('HSET', KEYS[1], 'try:' .. redis.call('HINCRBY', KEYS[1], 'tries', 1), c.try)
end
if c.status == 'pending' then
  redis.call('HSET', KEYS[1], 'next_try_ms', now + c.waitMs)
  redis.call('ZADD', KEYS[2], now + c.waitMs, c.id)
else
  redis.call('HSET', KEYS[1], 'status', c.status, 'next_try_ms', '')
  redis.call('ZREM', KEYS[2], c.id)
  local order = redis.call('ZSCORE', KEYS[4], c.id) or now
  redis.call('ZREM', KEYS[4], c.id)
  redis.call('ZADD', KEYS[5], order, c.id)
  redis.call('PEXPIRE', KEYS[5], c.oldestMs)
end
redis.call('PEXPIRE', KEYS[1], c.keepMs)
redis.call('PEXPIRE', KEYS[6], c.keepMs)

local first = tonumber(redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2])
if first then
  -- Behind the lanes that wait for their turn already, however old its backlog is.
  redis.call('ZADD', KEYS[3], math.max(first, now + 1), c.lane)
else
  redis.call('ZREM', KEYS[3], c.lane)
end
return 1
