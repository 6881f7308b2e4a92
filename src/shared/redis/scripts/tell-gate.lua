-- Tells an upstream account's gate how a call went. Failures in a row close it, or a single one where it says enough;
-- only the probe's success opens it again, or a proof that its reason is gone.
--
-- KEYS[1]  HASH    the gate
-- KEYS[2]  ZSET    jobs parked at it
-- ARGV[1]  the news, JSON:
--            id        the job that called
--            outcome   "ok" | "failed" | "unknown", of a call that tells nothing
--            disproves with "ok": a reason that is gone, whoever tells it; balance: unless it was refused with as much
--            closing   with "failed": {reason, detail, help, after (so many failures in a row), firstMs, longestMs,
--                      extends (whether it makes the wait of a gate longer that was closed for the same before)}
--            waits     whether the job itself waits at the gate if it is closed
--            keepMs    the gate is kept for so long after the last change
-- Returns  {"same"} | {"opened", reason, ms it was closed}
--          | {"closed" | "still" | "joined", reason, detail, help url, ms until the next try}

local c = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local reason, probe, failures, level, since, openedAt, retryAt, refusedAt = unpack(redis.call('HMGET', KEYS[1],
  'reason', 'probe', 'failures', 'level', 'since', 'opened_at', 'retry_at', 'refused_at'))
local probing = reason and probe == c.id

local function closed(verdict)
  if c.waits then
    redis.call('ZADD', KEYS[2], 'NX', now, c.id)
    redis.call('PEXPIRE', KEYS[2], c.keepMs)
    if verdict ~= 'joined' then redis.call('HSET', KEYS[1], 'next', c.id) end
  end
  redis.call('PEXPIRE', KEYS[1], c.keepMs)
  local shown = redis.call('HMGET', KEYS[1], 'reason', 'detail', 'help')
  return {verdict, shown[1], shown[2], shown[3], math.max(0, tonumber(retryAt) - now)}
end

if c.outcome == 'unknown' then
  if probing then redis.call('HDEL', KEYS[1], 'probe') end
  return {'same'}
end

if c.outcome == 'ok' then
  -- That credits are there says nothing of what else goes wrong.
  if not reason and not c.disproves then redis.call('HDEL', KEYS[1], 'failures') end
  if not reason or (c.disproves and c.disproves ~= reason) or not (probing or c.disproves) then return {'same'} end
  -- Ten reads later it is tried all the same: perhaps it was refused for another cause.
  local waitMs = tonumber(redis.call('HGET', KEYS[1], 'wait_ms'))
  if c.balance and c.balance <= tonumber(refusedAt or '-1') and now - tonumber(since) < 10 * waitMs then
    if not probing then return closed('joined') end
    retryAt = now + waitMs
    redis.call('HDEL', KEYS[1], 'probe', 'next', 'woken_at')
    redis.call('HSET', KEYS[1], 'retry_at', retryAt)
    return closed('still')
  end
  redis.call('HDEL', KEYS[1], 'reason', 'detail', 'help', 'since', 'retry_at', 'wait_ms', 'probe', 'next', 'failures',
    'woken_at', 'refused_at')
  redis.call('HSET', KEYS[1], 'opened_at', now)
  redis.call('PEXPIRE', KEYS[1], c.keepMs)
  return {'opened', reason, now - tonumber(since)}
end

local new = c.closing
local joins = reason and not probing
if not reason then
  local count = tonumber(failures or '0') + 1
  redis.call('HSET', KEYS[1], 'failures', count)
  redis.call('PEXPIRE', KEYS[1], c.keepMs)
  if count < new.after then return {'same'} end
end

if joins then
  if new.extends and reason == new.reason then
    retryAt = math.max(tonumber(retryAt), now + new.firstMs)
    redis.call('HSET', KEYS[1], 'retry_at', retryAt)
  end
  return closed('joined')
end

-- One that closes again soon after it opened has not been well: its back-off goes on.
local again = reason and reason == new.reason or openedAt and now - tonumber(openedAt) < new.longestMs
level = again and tonumber(level or '0') + 1 or 0
local waitMs = math.min(new.longestMs, new.firstMs * 2 ^ math.min(level, 30))
retryAt = now + waitMs
redis.call('HDEL', KEYS[1], 'probe', 'next', 'failures', 'woken_at', 'refused_at')
redis.call('HSET', KEYS[1], 'reason', new.reason, 'detail', new.detail, 'help', new.help, 'level', level,
  'retry_at', retryAt, 'wait_ms', waitMs, 'since', reason == new.reason and since or now)
return closed(reason == new.reason and 'still' or 'closed')
