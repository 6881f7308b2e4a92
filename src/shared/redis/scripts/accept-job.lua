-- Writes a new job, its indexes and its first event in one step: after this it is accepted.
-- It is ready at once, unless another job of its session has not ended yet or it is scheduled.
--
-- KEYS[1]  HASH    the job; must not exist
-- KEYS[2]  STREAM  event log
-- KEYS[3]  STRING  the tenant's event sequence
-- KEYS[4]  STRING  count of accepted jobs
-- KEYS[5]  ZSET    the tenant's ready jobs
-- KEYS[6]  ZSET    tenants with ready jobs
-- KEYS[7]  ZSET    wake set
-- KEYS[8]  HASH    the session
-- KEYS[9]  ZSET    the session's line
-- KEYS[10] CHANNEL ready signal
-- KEYS[11] CHANNEL job signal
-- KEYS[12] ZSET    deadlines
-- KEYS[13…] ZSET   indexes that list the job
-- ARGV[1]  the command, JSON: id, tenant, rank, fields{name: text}, wakeAt and deadline (epoch ms, or absent),
--          sessionWaiting, scheduledWaiting (texts for the field "waiting"), session{name: text},
--          event{id, type, at, data}, byStatus (prefix of the indexes by status)
-- Returns  {1, status} | {0, "exists"}

local c = cjson.decode(ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then return {0, 'exists'} end

local order = redis.call('INCR', KEYS[4])
local score = c.rank * 1e14 + order
local first = redis.call('ZCARD', KEYS[9]) == 0
local status = 'queued'

for name, text in pairs(c.fields) do redis.call('HSET', KEYS[1], name, text) end
redis.call('ZADD', KEYS[9], order, c.id)
for name, text in pairs(c.session) do redis.call('HSETNX', KEYS[8], name, text) end

if c.wakeAt then
  status = 'waiting'
  redis.call('HSET', KEYS[1], 'waiting', c.scheduledWaiting)
  redis.call('ZADD', KEYS[7], c.wakeAt, c.id)
elseif not first then
  status = 'waiting'
  redis.call('HSET', KEYS[1], 'waiting', c.sessionWaiting)
else
  redis.call('ZADD', KEYS[5], score, c.id)
  redis.call('ZADD', KEYS[6], 'NX', 0, c.tenant)
  redis.call('PUBLISH', KEYS[10], c.id)
end

redis.call('HSET', KEYS[1], 'status', status, 'order', order, 'score', string.format('%.0f', score))
if c.deadline then redis.call('ZADD', KEYS[12], c.deadline, c.id) end
for i = 13, #KEYS do redis.call('ZADD', KEYS[i], order, c.id) end
redis.call('ZADD', c.byStatus .. status, order, c.id)

local sequence = redis.call('INCR', KEYS[3])
redis.call('XADD', KEYS[2], '*', 'id', c.event.id, 'type', c.event.type, 'at', c.event.at,
  'sequence', sequence, 'tenant', c.tenant, 'job', c.id, 'data', c.event.data)
redis.call('PUBLISH', KEYS[11], c.id .. ' ' .. status)
return {1, status}
