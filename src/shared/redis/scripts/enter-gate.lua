-- Asks to pass an upstream account's gate. An open one lets everybody pass. At a closed one a single job may try at a
-- time, the probe, once the wait is over; it is held to be at it for as long as it holds its own lease. Everybody else
-- is noted as parked; the first of them without another to do so is to come back when the wait is over.
--
-- KEYS[1]  HASH    the gate
-- KEYS[2]  ZSET    jobs parked at it
-- KEYS[3]  ZSET    leases
-- ARGV[1]  job id
-- ARGV[2]  the parked set is kept for so long after the last came, ms
-- Returns  {"open", failures in a row} | {"probe", reason} | {"closed", reason, detail, help url, ms until the next try}

local id = ARGV[1]
local reason, failures, probe, heir, retryAt, waitMs, detail, help =
  unpack(redis.call('HMGET', KEYS[1], 'reason', 'failures', 'probe', 'next', 'retry_at', 'wait_ms', 'detail', 'help'))
if not reason then
  redis.call('ZREM', KEYS[2], id)
  return {'open', tonumber(failures or '0')}
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local untilRetry = tonumber(retryAt) - now
local taken = probe and probe ~= id and tonumber(redis.call('ZSCORE', KEYS[3], probe) or '0') > now

redis.call('ZADD', KEYS[2], 'NX', now, id)
redis.call('PEXPIRE', KEYS[2], ARGV[2])
if untilRetry <= 0 and not taken then
  redis.call('HSET', KEYS[1], 'probe', id, 'next', id)
  return {'probe', reason}
end
if not heir then redis.call('HSET', KEYS[1], 'next', id) end
return {'closed', reason, detail, help, untilRetry > 0 and untilRetry or tonumber(waitMs)}
