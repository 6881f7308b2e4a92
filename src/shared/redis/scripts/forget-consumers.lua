-- Removes consumers of a group that read nothing for long and hold no entry.
--
-- KEYS[1]  STREAM  the log
-- ARGV[1]  group
-- ARGV[2]  idle for so long, ms
-- Returns  how many

local forgotten = 0
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #row, 2 do consumer[row[i]] = row[i + 1] end
  if consumer.pending == 0 and consumer.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    forgotten = forgotten + 1
  end
end
return forgotten
