-- Looks after a gate. An open one: wakes jobs that are still parked at it, so many a call. A closed one whose wait has
-- been over for a while with nobody trying: wakes one of them to try.
--
-- KEYS[1]  HASH    the gate
-- KEYS[2]  ZSET    jobs parked at it
-- KEYS[3]  ZSET    wake set
-- KEYS[4]  ZSET    leases
-- KEYS[5]  CHANNEL ready signal
-- ARGV[1]  prefix of job hashes
-- ARGV[2]  how many at most
-- ARGV[3]  how long after the wait somebody else is woken, ms
-- Returns  how many are left to be woken by further calls

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local reason, probe, retryAt, wokenAt = unpack(redis.call('HMGET', KEYS[1], 'reason', 'probe', 'retry_at', 'woken_at'))
local patience = tonumber(ARGV[3])
local one = false

if reason then
  local trying = probe and tonumber(redis.call('ZSCORE', KEYS[4], probe) or '0') > now
  if trying or now < tonumber(retryAt) + patience or now < tonumber(wokenAt or '0') + 5 * patience then return 0 end
  one = true
end

local woken = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, tonumber(ARGV[2]) - 1)) do
  -- One that is still at work goes where it belongs by itself once it sleeps; one that sleeps for another cause sleeps on.
  local waits = redis.call('HGET', ARGV[1] .. id, 'status') == 'waiting' and redis.call('ZSCORE', KEYS[3], id)
  if not (one and waits) then redis.call('ZREM', KEYS[2], id) end
  if waits then
    redis.call('ZADD', KEYS[3], now, id)
    woken = woken + 1
    if one then
      redis.call('HSET', KEYS[1], 'next', id, 'woken_at', now)
      break
    end
  end
end
if woken > 0 then redis.call('PUBLISH', KEYS[5], woken) end
return one and 0 or redis.call('ZCARD', KEYS[2])
