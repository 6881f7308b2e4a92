-- Removes an ended job's record and its places in all lists; the session goes with the last of its jobs. Safe to repeat.
--
-- KEYS[1]  HASH    the job
-- KEYS[2]  ZSET    ended jobs by expiry
-- KEYS[3]  HASH    its session
-- KEYS[4]  ZSET    jobs of that session
-- KEYS[5…] ZSET    further indexes that list the job
-- ARGV[1]  job id
-- ARGV[2]  prefix of the tenant's indexes by status
-- ARGV[3]  the final states, each between commas
-- Returns  1 | 0 when it has not ended

local status = redis.call('HGET', KEYS[1], 'status')
if status and not string.find(ARGV[3], ',' .. status .. ',', 1, true) then return 0 end

if status then redis.call('ZREM', ARGV[2] .. status, ARGV[1]) end
for i = 5, #KEYS do redis.call('ZREM', KEYS[i], ARGV[1]) end
redis.call('ZREM', KEYS[4], ARGV[1])
if redis.call('EXISTS', KEYS[4]) == 0 then redis.call('DEL', KEYS[3]) end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
