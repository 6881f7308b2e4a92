-- Notes who spends an account's credits, so that a balance read before and one after can be told apart from others'
-- edits. A turn is a run of spendings of one job; another job's spending begins another turn.
--
-- KEYS[1]  ZSET  jobs that spend, by the Redis time (ms) at which they have surely done
-- KEYS[2]  HASH  turn (their number so far), last (whose it is)
-- ARGV[1]  job id
-- ARGV[2]  "look" before the first balance | "begin" before a message | "unsent" one that cost nothing
--          | "end" after the last balance
-- ARGV[3]  "begin": how long it may spend at most, ms · "end": the turn of its look
-- ARGV[4]  both are kept for so long after the last change, ms
-- Returns  "look": {turn, 1 if nobody else spends, else 0} · "end": {turn, 1 if nobody else began since, else 0}
--          · else {turn, 1}. The turn is the number that the job's own next spending has.

local id, act = ARGV[1], ARGV[2]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)

local turn, last = unpack(redis.call('HMGET', KEYS[2], 'turn', 'last'))
turn = tonumber(turn or '0')
local own = last == id and turn or turn + 1

if act == 'look' then
  local others = redis.call('ZCARD', KEYS[1]) - (redis.call('ZSCORE', KEYS[1], id) and 1 or 0)
  return {own, others == 0 and 1 or 0}
end
if act == 'begin' then
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), id)
  redis.call('HSET', KEYS[2], 'turn', own, 'last', id)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  return {own, 1}
end
redis.call('ZREM', KEYS[1], id)
return {own, (act == 'unsent' or own == tonumber(ARGV[3])) and 1 or 0}
