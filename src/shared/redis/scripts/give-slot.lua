-- Gives a message slot back and calls the next jobs in line for what is free: a turn for each tenant, and of a tenant
-- its first. Who is called has the slot kept for a moment. A run of clean messages makes a lowered limit one higher.
--
-- KEYS[1]  ZSET    holders by the Redis time (ms) at which their slot comes back
-- KEYS[2]  HASH    what the account bears now: limit, clean (messages in a row)
-- KEYS[3]  ZSET    tenants with jobs in line, by their turn
-- KEYS[4]  ZSET    wake set
-- KEYS[5]  CHANNEL ready signal
-- ARGV[1]  the command, JSON:
--            holder    absent: nobody gives one back, only the next are called
--            clean     whether its message came to a clean end
--            most      how many slots there are at most
--            run       so many clean messages make the limit one higher
--            keptMs    how long a slot is kept for who was called
--            limitMs   how long a lowered limit is remembered
--            lines     prefix of the tenants' lines
--            jobs      prefix of job hashes
-- Returns  how many were called

local c = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if c.holder then redis.call('ZREM', KEYS[1], c.holder) end

local limit = tonumber(redis.call('HGET', KEYS[2], 'limit') or c.most)
if c.clean and limit < c.most and redis.call('HINCRBY', KEYS[2], 'clean', 1) >= c.run then
  limit = limit + 1
  redis.call('HSET', KEYS[2], 'limit', limit, 'clean', 0)
  redis.call('PEXPIRE', KEYS[2], c.limitMs)
end

local free = math.min(limit, c.most) - redis.call('ZCARD', KEYS[1])
local called = 0
for _ = 1, 100 do
  local tenant = free > 0 and redis.call('ZRANGE', KEYS[3], 0, 0)[1]
  if not tenant then break end
  local id = redis.call('ZPOPMIN', c.lines .. tenant)[1]
  -- One that is still at work or asleep for this: those that wait for another cause have left the line.
  if id and redis.call('HGET', c.jobs .. id, 'status') == 'running' then
    redis.call('ZADD', KEYS[1], now + c.keptMs, id)
    if redis.call('ZSCORE', KEYS[4], id) then redis.call('ZADD', KEYS[4], now, id) end
    free = free - 1
    called = called + 1
  end
  if redis.call('ZCARD', c.lines .. tenant) == 0 then
    redis.call('ZREM', KEYS[3], tenant)
  else
    local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2]
    redis.call('ZADD', KEYS[3], tonumber(last) + 1, tenant)
  end
end
if called > 0 then redis.call('PUBLISH', KEYS[5], called) end
return called
