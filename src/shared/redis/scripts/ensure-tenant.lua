-- Writes a tenant and the API key that belongs to a setting; a key that the setting named before is removed.
--
-- KEYS[1]  HASH    the tenant
-- KEYS[2]  HASH    the key
-- ARGV[1]  the command, JSON: sha (of the key), apiKeys (prefix of key hashes), tenant{name: text}, key{name: text}
-- Returns  1 when another key was replaced, else 0

local c = cjson.decode(ARGV[1])
local before = redis.call('HGET', KEYS[1], 'setting_key')
local replaced = 0

if before and before ~= c.sha then
  redis.call('DEL', c.apiKeys .. before)
  replaced = 1
end
for name, text in pairs(c.tenant) do redis.call('HSETNX', KEYS[1], name, text) end
redis.call('HSET', KEYS[1], 'setting_key', c.sha)
for name, text in pairs(c.key) do redis.call('HSETNX', KEYS[2], name, text) end
return replaced
