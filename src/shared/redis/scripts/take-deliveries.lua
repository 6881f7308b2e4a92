-- Takes deliveries whose time has come: a turn for each lane, so that no lane's backlog hides another. What is taken
-- stays in its lane, scored by the end of its lease; a dead worker's tries come again by themselves.
--
-- KEYS[1]  ZSET    lanes
-- ARGV[1]  prefix of lanes
-- ARGV[2]  prefix of deliveries
-- ARGV[3]  the command, JSON:
--            atMost              how many in all
--            perLane, perGroup   how many the caller may have at once; a lane's name begins with its group and a blank
--            lanes, groups       {name: how many of them the caller has now}
--            leaseMs
--            parkMs              how long a lane of which the caller has enough is left alone
-- Returns  {ms until the next lane's turn, or -1; id, lease's end, id, lease's end, …}

local c = cjson.decode(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local lease = now + c.leaseMs
local left = c.atMost
local taken = {}

for _, lane in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 200)) do
  if left == 0 then break end
  local key = ARGV[1] .. lane
  local group = string.match(lane, '^%S+')
  local room = math.min(left, c.perLane - (c.lanes[lane] or 0), c.perGroup - (c.groups[group] or 0))
  local due = room > 0 and redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, room) or {}
  for _, id in ipairs(due) do
    if redis.call('EXISTS', ARGV[2] .. id) == 1 then
      redis.call('ZADD', key, lease, id)
      table.insert(taken, id)
      table.insert(taken, string.format('%.0f', lease))
      c.groups[group] = (c.groups[group] or 0) + 1
      left = left - 1
    else
      redis.call('ZREM', key, id)
    end
  end

  local first = tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
  if not first then
    redis.call('ZREM', KEYS[1], lane)
  else
    redis.call('ZADD', KEYS[1], first > now and first or now + c.parkMs, lane)
  end
end

local nextTurn = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
local untilNext = nextTurn and math.max(0, math.ceil(tonumber(nextTurn) - now)) or -1
return {untilNext, unpack(taken)}
