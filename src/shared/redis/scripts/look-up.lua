-- Reads a record and where lists have it, in one step, so that nothing moves in between.
--
-- KEYS[1]  HASH  the record
-- KEYS[2…] ZSET  lists
-- ARGV[1]  the member that stands for the record
-- Returns  {{field, text, …}, {score or "" for each list}, {rank or -1 for each list}}

local scores, ranks = {}, {}
for i = 2, #KEYS do
  scores[i - 1] = redis.call('ZSCORE', KEYS[i], ARGV[1]) or ''
  ranks[i - 1] = redis.call('ZRANK', KEYS[i], ARGV[1]) or -1
end
return {redis.call('HGETALL', KEYS[1]), scores, ranks}
