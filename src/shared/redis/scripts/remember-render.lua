-- Remembers how a render went, and what it left of the budget of polls.
--
-- KEYS[1]  LIST    renders seen completed, newest first, JSON
-- KEYS[2]  STRING  polls saved, over all renders
-- ARGV[1]  the render as JSON; '' where there is nothing to learn
-- ARGV[2]  polls it left unused (negative: took beyond)
-- ARGV[3]  how many renders are kept
-- ARGV[4]  how many polls may be saved up
-- ARGV[5]  both expire after, ms
-- Returns  nothing

if ARGV[1] ~= '' then
  redis.call('LPUSH', KEYS[1], ARGV[1])
  redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[3]) - 1)
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
local saved = math.min(tonumber(redis.call('GET', KEYS[2]) or '0') + tonumber(ARGV[2]), tonumber(ARGV[4]))
redis.call('SET', KEYS[2], saved, 'PX', ARGV[5])
