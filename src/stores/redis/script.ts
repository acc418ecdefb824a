/**
 * Everything the store does to a run, as one script: Redis runs it without anything in between, so every call is atomic.
 * Numbers are passed through as text, because Lua would round large ones when it prints them.
 */
export const SCRIPT = `
local run, deltas, stream, inputs, order, seen, due, runs, counters = unpack(KEYS)
local op, id = ARGV[1], ARGV[2]

local function schedule(at)
  if at == '' then redis.call('ZREM', due, id) else redis.call('ZADD', due, at, id) end
  redis.call('HSET', run, 'dueAt', at)
end
local function endClaim(at)
  redis.call('HSET', run, 'fence', '0', 'owner', '')
  schedule(at)
end
local function facts(key)
  return redis.call('HMGET', key, 'workflow', 'status', 'version', 'streamSeq', 'createdAt', 'updatedAt', 'dueAt')
end
local function state()
  return {facts(run), redis.call('HGET', run, 'base'), redis.call('LRANGE', deltas, 0, -1)}
end
local function waiting(after)
  local list = {}
  local ids = redis.call('ZRANGEBYSCORE', order, '(' .. after, '+inf', 'WITHSCORES')
  for i = 1, #ids, 2 do list[#list + 1] = {ids[i], ids[i + 1], redis.call('HGET', inputs, ids[i])} end
  return list
end

if op == 'create' then
  if redis.call('EXISTS', run) == 1 then return 'exists' end
  redis.call('HSET', run, 'workflow', ARGV[3], 'status', ARGV[4], 'ended', ARGV[5], 'base', ARGV[6], 'createdAt', ARGV[7],
    'updatedAt', ARGV[7], 'wakeAt', ARGV[8], 'streamSeq', ARGV[9], 'version', '0', 'fence', '0', 'owner', '', 'inputSeq', '0', 'lastCommit', '')
  redis.call('ZADD', runs, redis.call('HINCRBY', counters, 'runs', 1), id)
  schedule(ARGV[8])
  return 'created'

elseif op == 'claim' then
  local ended, fence, owner, dueAt = unpack(redis.call('HMGET', run, 'ended', 'fence', 'owner', 'dueAt'))
  if ended ~= '0' then return false end
  if fence ~= '0' and owner ~= ARGV[3] and tonumber(dueAt) > tonumber(ARGV[4]) then return false end
  -- Never below the time: a server that lost its last second must not give a lost fence to somebody else.
  local clock, last = redis.call('TIME'), redis.call('HGET', counters, 'fences') or '0'
  local mine = clock[1] .. string.format('%06d', tonumber(clock[2]))
  if tonumber(last) >= tonumber(mine) then mine = string.format('%.0f', tonumber(last) + 1) end
  redis.call('HSET', counters, 'fences', mine)
  redis.call('HSET', run, 'fence', mine, 'owner', ARGV[3])
  schedule(ARGV[5])
  return {mine, state(), waiting('0')}

elseif op == 'commit' then
  local last, fence, version, streamSeq = unpack(redis.call('HMGET', run, 'lastCommit', 'fence', 'version', 'streamSeq'))
  if last == ARGV[3] then return 'ok' end
  if fence == '0' or fence ~= ARGV[4] then return 'fenced' end
  local first, count = ARGV[12], tonumber(ARGV[13])
  if version ~= ARGV[5] or (count > 0 and tonumber(first) ~= tonumber(streamSeq) + 1) then return 'conflict' end
  redis.call('HINCRBY', run, 'version', 1)
  redis.call('HSET', run, 'updatedAt', ARGV[6], 'lastCommit', ARGV[3])
  if ARGV[7] == 'base' then
    redis.call('HSET', run, 'base', ARGV[8])
    redis.call('DEL', deltas)
  elseif ARGV[7] == 'delta' then
    redis.call('RPUSH', deltas, ARGV[8])
  end
  for i = 1, count do
    redis.call('XADD', stream, redis.call('HINCRBY', run, 'streamSeq', 1) .. '-0', 'd', ARGV[13 + i])
  end
  for i = 14 + count, #ARGV do
    redis.call('HDEL', inputs, ARGV[i])
    redis.call('ZREM', order, ARGV[i])
    redis.call('SADD', seen, ARGV[i])
  end
  if ARGV[11] ~= 'same' then redis.call('HSET', run, 'wakeAt', ARGV[11]) end
  if ARGV[9] ~= '' then
    redis.call('HSET', run, 'status', ARGV[9], 'ended', ARGV[10])
    if ARGV[10] == '1' then endClaim('') end
  end
  return 'ok'

elseif op == 'renew' then
  local fence = redis.call('HGET', run, 'fence')
  if fence == '0' or fence ~= ARGV[3] then return 0 end
  schedule(ARGV[4])
  return 1

elseif op == 'release' then
  local fence, wakeAt, inputSeq = unpack(redis.call('HMGET', run, 'fence', 'wakeAt', 'inputSeq'))
  if fence == '0' or fence ~= ARGV[3] then return 0 end
  if ARGV[4] ~= 'same' then
    wakeAt = ARGV[4]
    redis.call('HSET', run, 'wakeAt', wakeAt)
  end
  if tonumber(inputSeq) > tonumber(ARGV[5]) then wakeAt = '0' end
  endClaim(wakeAt)
  return 1

elseif op == 'input' then
  if redis.call('SISMEMBER', seen, ARGV[3]) == 1 then return 'already' end
  local ended, fence = unpack(redis.call('HMGET', run, 'ended', 'fence'))
  if ended ~= '0' then return 'gone' end
  redis.call('SADD', seen, ARGV[3])
  redis.call('HSET', inputs, ARGV[3], ARGV[4])
  redis.call('ZADD', order, redis.call('HINCRBY', run, 'inputSeq', 1), ARGV[3])
  if fence == '0' then schedule('0') end
  return 'stored'

elseif op == 'inputs' then
  return waiting(ARGV[3])

elseif op == 'read' then
  return state()

elseif op == 'status' then
  return facts(run)

elseif op == 'list' then
  local page = {}
  local found = redis.call('ZRANGEBYSCORE', runs, '(' .. ARGV[3], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[4])
  for i = 1, #found, 2 do page[#page + 1] = {found[i], found[i + 1], facts(run .. found[i])} end
  return page

elseif op == 'delete' then
  redis.call('ZREM', due, id)
  redis.call('ZREM', runs, id)
  redis.call('DEL', deltas, stream, inputs, order, seen)
  return redis.call('DEL', run)
end
return redis.error_reply('ERR unknown operation ' .. op)
`;
