#!lua
-- Adds a batch of history and its sums, once.
-- KEYS: entries, number of the last entry, batches taken in, changes, then per span: sums, their order; then
--   entries of each key.
-- ARGV[3]: replica. [4]: number of this batch. [5]: the batch as JSON for those who follow, may be empty.
--   [6]: number of entries. Then per entry: at, place of its key in KEYS, JSON; then per sum: place of its
--   span in KEYS, at, key, 10 numbers of which the eighth is a maximum.
local last = tonumber(redis.call('HGET', KEYS[3], ARGV[3]) or '-1')
if tonumber(ARGV[4]) <= last then return {'RECORDED', server} end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
local count = tonumber(ARGV[6])
local number = redis.call('INCRBY', KEYS[2], count) - count
local place = 7
for entry = 1, count do
	local member = string.format('%015.0f ', number + entry) .. ARGV[place + 2]
	redis.call('ZADD', KEYS[1], ARGV[place], member)
	redis.call('ZADD', KEYS[tonumber(ARGV[place + 1])], ARGV[place], member)
	place = place + 3
end
while place <= #ARGV do
	local span = tonumber(ARGV[place])
	local id = ARGV[place + 1] .. ' ' .. ARGV[place + 2]
	local sums, kept = {}, redis.call('HGET', KEYS[span], id)
	if kept then for number in string.gmatch(kept, '%S+') do sums[#sums + 1] = tonumber(number) end end
	for column = 1, 10 do
		local more = tonumber(ARGV[place + 2 + column])
		local sum = sums[column] or 0
		sums[column] = exact(column == 8 and math.max(sum, more) or sum + more)
	end
	redis.call('HSET', KEYS[span], id, table.concat(sums, ' '))
	redis.call('ZADD', KEYS[span + 1], ARGV[place + 1], id)
	place = place + 13
end
if ARGV[5] ~= '' then redis.call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'from', ARGV[3], 'recorded', ARGV[5]) end
return {'RECORDED', server}
