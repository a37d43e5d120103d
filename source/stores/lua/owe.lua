#!lua
-- Begins a pool's books where there are none, and adds what a replica granted by itself meanwhile.
-- KEYS: windows, debts that were taken in.
-- ARGV[3]: replica. [4]: number of this debt, growing. [5..]: window, refill, units beside what the books
--   know, units when the books are new.
-- Gives: OWED, server, 1 when the books were new.
local isNew = redis.call('HSETNX', KEYS[1], '#epoch', whole(server))
local last = tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or '-1')
if tonumber(ARGV[4]) <= last then return {'OWED', server, 0} end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
for place = 5, #ARGV, 4 do
	local level, at = leaked(redis.call('HGET', KEYS[1], ARGV[place]), tonumber(ARGV[place + 1]))
	local units = tonumber(isNew == 1 and ARGV[place + 3] or ARGV[place + 2])
	if units > 0 then
		redis.call('HSET', KEYS[1], ARGV[place], exact(level + units) .. ' ' .. whole(at))
	end
end
return {'OWED', server, isNew}
