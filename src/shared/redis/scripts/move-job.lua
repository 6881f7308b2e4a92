-- The one place where a job's state changes: checks that the move is legal and that the caller still holds the job,
-- writes the record, keeps the indexes, puts the job where it belongs next and appends one event.
--
-- KEYS[1]  HASH    the job
-- KEYS[2]  STREAM  event log
-- KEYS[3]  STRING  the tenant's event sequence
-- KEYS[4]  ZSET    the tenant's ready jobs
-- KEYS[5]  ZSET    tenants with ready jobs
-- KEYS[6]  ZSET    wake set
-- KEYS[7]  ZSET    leases
-- KEYS[8]  ZSET    the session's line
-- KEYS[9]  CHANNEL ready signal
-- KEYS[10] CHANNEL job signal
-- KEYS[11] ZSET    deadlines
-- KEYS[12] ZSET    ended jobs by expiry
-- ARGV[1]  the command, JSON:
--            id, tenant
--            from      list of states that it may leave
--            to        the new state
--            epoch     the caller's; absent: not fenced
--            begin     true: refuse an epoch whose leg has begun before
--            fields    {name: text} to write; "" clears
--            event     {id, type, at, data}, or absent
--            place     "lease" | "wake" | "ready" | "ended"; ms: length of the lease or of the sleep
--            expiresAt with "ended": epoch ms
--            byStatus  prefix of the indexes by status
--            jobs      prefix of job hashes
-- Returns  {1, state left} | {0, "missing" | "epoch" | "begun" | "state", state found}

local c = cjson.decode(ARGV[1])
local found = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'begun', 'order', 'score', 'stop_asked')
local status, epoch, begun, order, score, stopAsked = unpack(found)

if not status then return {0, 'missing', ''} end
if c.epoch and tonumber(epoch) ~= c.epoch then return {0, 'epoch', status} end
if c.begin and begun == epoch then return {0, 'begun', status} end

local legal = false
for _, from in ipairs(c.from) do legal = legal or from == status end
if not legal then return {0, 'state', status} end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

for name, text in pairs(c.fields) do redis.call('HSET', KEYS[1], name, text) end
redis.call('HSET', KEYS[1], 'status', c.to)
if c.begin then redis.call('HSET', KEYS[1], 'begun', epoch) end
if status ~= c.to then
  redis.call('ZREM', c.byStatus .. status, c.id)
  redis.call('ZADD', c.byStatus .. c.to, order, c.id)
end

-- A job that was asked to stop meanwhile must not sleep first.
if c.place == 'wake' and stopAsked and stopAsked ~= '' then c.place = 'ready' end

if c.place == 'lease' then
  redis.call('ZADD', KEYS[7], now + c.ms, c.id)
else
  redis.call('ZREM', KEYS[7], c.id)
  redis.call('ZREM', KEYS[6], c.id)
end

if c.place == 'wake' then
  redis.call('ZADD', KEYS[6], now + c.ms, c.id)
elseif c.place == 'ready' then
  redis.call('ZADD', KEYS[4], score, c.id)
  redis.call('ZADD', KEYS[5], 'NX', 0, c.tenant)
  redis.call('PUBLISH', KEYS[9], c.id)
elseif c.place == 'ended' then
  redis.call('ZREM', KEYS[4], c.id)
  redis.call('ZREM', KEYS[8], c.id)
  redis.call('ZREM', KEYS[11], c.id)
  redis.call('ZADD', KEYS[12], c.expiresAt, c.id)
  local heir = redis.call('ZRANGE', KEYS[8], 0, 0)[1]
  -- The next of the session; a scheduled one stays in the wake set until its time.
  if heir and not redis.call('ZSCORE', KEYS[6], heir) and not redis.call('ZSCORE', KEYS[7], heir) then
    redis.call('ZADD', KEYS[4], redis.call('HGET', c.jobs .. heir, 'score'), heir)
    redis.call('ZADD', KEYS[5], 'NX', 0, c.tenant)
    redis.call('PUBLISH', KEYS[9], heir)
  end
end

if c.event then
  local sequence = redis.call('INCR', KEYS[3])
  redis.call('XADD', KEYS[2], '*', 'id', c.event.id, 'type', c.event.type, 'at', c.event.at,
    'sequence', sequence, 'tenant', c.tenant, 'job', c.id, 'data', c.event.data)
end
redis.call('PUBLISH', KEYS[10], c.id .. ' ' .. c.to)
return {1, status}
