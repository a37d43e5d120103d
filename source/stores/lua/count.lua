#!lua
-- Adds what a replica granted, once.
-- KEYS: picks, grants of the even and of the odd minutes, numbers taken in.
-- ARGV[3]: replica. [4]: number of this count, growing. Then per count: second of the grants, "model\nkey", how many.
local field = 'counts ' .. ARGV[3]
local last = tonumber(redis.call('HGET', KEYS[4], field) or '-1')
if tonumber(ARGV[4]) <= last then return {'COUNTED', server} end
redis.call('HSET', KEYS[4], field, ARGV[4])
for place = 5, #ARGV, 3 do
	local second, pick, count = ARGV[place], ARGV[place + 1], ARGV[place + 2]
	redis.call('HINCRBY', KEYS[1], pick, count)
	local minute = math.floor(tonumber(second) / 60)
	local grants = KEYS[2 + minute % 2]
	local kept = tonumber(redis.call('HGET', grants, '#minute') or '-1')
	if kept < minute then
		redis.call('DEL', grants)
		redis.call('HSET', grants, '#minute', whole(minute))
	end
	-- A minute that has given way is not asked for any more.
	if kept <= minute then redis.call('HINCRBY', grants, second .. '\n' .. pick, count) end
end
return {'COUNTED', server}
