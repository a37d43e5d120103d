#!lua
-- Ends a lease; the second time is harmless.
-- KEYS: windows, leases, due, then one set of holders per concurrency window of the lease.
-- ARGV[3]: lease id. [4]: tokens used beyond what was reserved. [5]: only when its time is over by this many
--   ms, else empty. [6..]: window and refill of each token window.
-- Gives: ENDED, server | GONE, server.
local body = redis.call('HGET', KEYS[2], ARGV[3])
if not body then return {'GONE', server} end
if ARGV[5] ~= '' and tonumber(redis.call('ZSCORE', KEYS[3], ARGV[3]) or '0') > now - tonumber(ARGV[5]) then
	return {'GONE', server}
end
redis.call('HDEL', KEYS[2], ARGV[3])
redis.call('ZREM', KEYS[3], ARGV[3])
local lease = cjson.decode(body)
local holders = 3
for _, check in ipairs(lease.offer.checks) do
	if check.refillMs == 0 then
		holders = holders + 1
		for unit = 1, check.cost do redis.call('ZREM', KEYS[holders], unit .. ' ' .. ARGV[3]) end
	end
end
for place = 6, #ARGV, 2 do
	local level, at, unused = leaked(redis.call('HGET', KEYS[1], ARGV[place]), tonumber(ARGV[place + 1]))
	redis.call('HSET', KEYS[1], ARGV[place], fillText(math.max(0, level + tonumber(ARGV[4])), at, unused))
end
return {'ENDED', server}
