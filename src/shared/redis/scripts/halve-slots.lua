-- Halves how many messages may stream at once at an account, to one at least.
--
-- KEYS[1]  HASH  what the account bears now
-- ARGV[1]  how many slots there are at most
-- ARGV[2]  how long that is remembered, ms
-- Returns  the new limit

local most = tonumber(ARGV[1])
local limit = math.min(most, tonumber(redis.call('HGET', KEYS[1], 'limit') or most))
local lowered = math.max(1, math.floor(limit / 2))
redis.call('HSET', KEYS[1], 'limit', lowered, 'clean', 0)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return lowered
