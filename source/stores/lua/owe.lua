#!lua
-- Begins a pool's books where there are none, and adds what a replica granted by itself meanwhile.
-- KEYS: windows, debts that were taken in.
-- ARGV[3]: replica. [4]: number of this debt, growing. [5..]: window, refill, units granted, unused refill as the
--   replica knew it before, units at least, units when the books are new.
-- Redis may know less of a window than a replica: who took a master's place had not heard of its last grants.
-- What was granted while the window was whole here took only refill that nobody used; the rest is owed.
-- Gives: OWED, server, 1 when the books were new, when they were begun.
local isNew = redis.call('HSETNX', KEYS[1], '#epoch', whole(server))
local begunAt = redis.call('HGET', KEYS[1], '#epoch')
local last = tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or '-1')
if tonumber(ARGV[4]) <= last then return {'OWED', server, 0, begunAt} end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
for place = 5, #ARGV, 6 do
	local granted, known, least, all =
		tonumber(ARGV[place + 2]), tonumber(ARGV[place + 3]), tonumber(ARGV[place + 4]), tonumber(ARGV[place + 5])
	local fill = redis.call('HGET', KEYS[1], ARGV[place])
	local level, at, unused = leaked(fill, tonumber(ARGV[place + 1]))
	local told, owed = level, least
	level = math.max(level, all - least)
	if fill and granted > 0 then
		local taken = math.min(granted, math.max(0, unused - known))
		owed = math.max(least, granted - taken)
		-- Another replica may not take the same refill.
		unused = unused - taken
	end
	if owed > 0 or level > told then redis.call('HSET', KEYS[1], ARGV[place], fillText(level + owed, at, unused)) end
end
return {'OWED', server, isNew, begunAt}
