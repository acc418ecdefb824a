/**
 * Everything the memory backend does to its keys, as one script, so that every call is atomic.
 *
 * Entries lie in segments: `blobs` has the bytes, `live` one letter per row, '1' while the row counts. `where` says for each
 * id which segment and row has its newest version. A segment without rows that count is dropped; writers are told which of
 * those they touched are half empty, and move what is left of them.
 */
export const MEMORY_SCRIPT = `
local revision, where, order, blobs, live, last = unpack(KEYS)
local op = ARGV[1]
local touched = {}

local function rowsOf(segment)
  local text = redis.call('HGET', live, segment)
  return text and {string.byte(text, 1, -1)}
end
-- The row stops counting; written back by settle.
local function kill(place)
  local segment, row = string.match(place, '^(%d+):(%d+)$')
  if not touched[segment] then touched[segment] = rowsOf(segment) end
  if touched[segment] then touched[segment][tonumber(row) + 1] = 48 end
end
local function settle()
  local sparse = {}
  for segment, rows in pairs(touched) do
    local count = 0
    for i = 1, #rows do count = count + rows[i] - 48 end
    if count == 0 then
      redis.call('HDEL', blobs, segment)
      redis.call('HDEL', live, segment)
      redis.call('ZREM', order, segment)
    else
      redis.call('HSET', live, segment, string.char(unpack(rows)))
      if count * 2 < #rows then sparse[#sparse + 1] = segment end
    end
  end
  return sparse
end
local function append(blob, rows)
  local segment = string.format('%.0f', redis.call('INCR', last))
  redis.call('HSET', blobs, segment, blob)
  redis.call('ZADD', order, segment, segment)
  redis.call('HSET', live, segment, string.rep('1', rows))
  return segment
end

if op == 'put' then
  local at = 2
  while at <= #ARGV do
    local rows = tonumber(ARGV[at + 1])
    local segment = append(ARGV[at], rows)
    for row = 0, rows - 1 do
      local id = ARGV[at + 2 + row]
      local old = redis.call('HGET', where, id)
      if old then kill(old) end
      redis.call('HSET', where, id, segment .. ':' .. row)
    end
    at = at + 2 + rows
  end
  redis.call('INCR', revision)
  return settle()

elseif op == 'delete' then
  local deleted = 0
  for i = 2, #ARGV do
    local old = redis.call('HGET', where, ARGV[i])
    if old then
      kill(old)
      redis.call('HDEL', where, ARGV[i])
      deleted = deleted + 1
    end
  end
  if deleted > 0 then redis.call('INCR', revision) end
  return {deleted, settle()}

elseif op == 'move' then
  -- Rows that were changed since they were read stay where they are.
  local segment = append(ARGV[3], (#ARGV - 3) / 2)
  touched[segment] = rowsOf(segment)
  for i = 4, #ARGV, 2 do
    local old, row = ARGV[2] .. ':' .. ARGV[i + 1], (i - 4) / 2
    if redis.call('HGET', where, ARGV[i]) == old then
      redis.call('HSET', where, ARGV[i], segment .. ':' .. row)
      kill(old)
    else kill(segment .. ':' .. row) end
  end
  settle()
  return segment

elseif op == 'get' then
  local places, found, seen = {}, {}, {}
  for i = 2, #ARGV do
    local place = redis.call('HGET', where, ARGV[i])
    places[i - 1] = place or ''
    local segment = place and string.match(place, '^%d+')
    if segment and not seen[segment] then
      seen[segment] = true
      found[#found + 1] = {segment, '', redis.call('HGET', blobs, segment) or ''}
    end
  end
  return {places, found}

elseif op == 'scan' then
  -- A page ends with the segment that reaches its rows or bytes.
  local page, rows, bytes, after = {}, 0, 0, ARGV[2]
  while rows < tonumber(ARGV[3]) and bytes < tonumber(ARGV[4]) do
    local segment = redis.call('ZRANGEBYSCORE', order, '(' .. after, '+inf', 'LIMIT', 0, 1)[1]
    if not segment then return {page, ''} end
    local blob, counts = redis.call('HGET', blobs, segment) or '', redis.call('HGET', live, segment) or ''
    page[#page + 1] = {segment, counts, blob}
    rows, bytes, after = rows + #counts, bytes + #blob, segment
  end
  return {page, after}
end
`;
