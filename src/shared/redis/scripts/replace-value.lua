-- Replaces a value, unless another has come in its place meanwhile. Its expiry stays.
--
-- KEYS[1]  STRING  the value
-- ARGV[1]  as it was read
-- ARGV[2]  what it is to be
-- Returns  1 | 0 when it is another by now, or gone

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
