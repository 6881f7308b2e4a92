-- Puts a job that has gone to sleep at a gate where it belongs: ready, if the gate has opened meanwhile; else asleep
-- until the gate opens, unless it is the one to try next. Without this it would wake at the next try, with all others.
--
-- KEYS[1]  HASH    the gate
-- KEYS[2]  ZSET    jobs parked at it
-- KEYS[3]  ZSET    wake set
-- KEYS[4]  HASH    the job
-- KEYS[5]  CHANNEL ready signal
-- ARGV[1]  job id
-- ARGV[2]  how long it sleeps at most, ms
-- Returns  1 if it stays parked, else 0

local id = ARGV[1]
local reason, probe, heir = unpack(redis.call('HMGET', KEYS[1], 'reason', 'probe', 'next'))
if probe == id then redis.call('HDEL', KEYS[1], 'probe') end

local waits = redis.call('HGET', KEYS[4], 'status') == 'waiting' and redis.call('ZSCORE', KEYS[3], id)
if not waits then
  redis.call('ZREM', KEYS[2], id)
  if heir == id then redis.call('HDEL', KEYS[1], 'next') end
  return 0
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if not reason then
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZADD', KEYS[3], 'XX', now, id)
  redis.call('PUBLISH', KEYS[5], id)
  return 0
end
redis.call('ZADD', KEYS[2], 'NX', now, id)
if heir ~= id then redis.call('ZADD', KEYS[3], 'XX', now + tonumber(ARGV[2]), id) end
return 1
