#!lua
-- Says that a replica lives, and makes it the prober when there is none.
-- KEYS: leader, fence, replicas, facts, pepper, epoch.
-- ARGV[3]: replica. [4]: its facts as JSON. [5]: how long a prober stays one, ms. [6]: how long a silent
--   replica counts, ms. [7]: fingerprint of the pepper. [8]: set when it wants to probe.
-- Gives: BEAT, server, leader, fence, facts of every replica, 1 when the deck was new here | PEPPER, server.
local pepper = redis.call('GET', KEYS[5])
if pepper and pepper ~= ARGV[7] then return {'PEPPER', server} end
local leader = redis.call('GET', KEYS[1])
if not pepper then redis.call('SET', KEYS[5], ARGV[7]) end
redis.call('SET', KEYS[6], whole(server), 'NX')
redis.call('ZADD', KEYS[3], server, ARGV[3])
redis.call('HSET', KEYS[4], ARGV[3], ARGV[4])
for _, silent in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', server - tonumber(ARGV[6]))) do
	redis.call('ZREM', KEYS[3], silent)
	redis.call('HDEL', KEYS[4], silent)
end
if leader == ARGV[3] then
	redis.call('PEXPIRE', KEYS[1], ARGV[5])
elseif not leader and ARGV[8] ~= '' then
	leader = ARGV[3]
	redis.call('SET', KEYS[1], leader, 'PX', ARGV[5])
	-- Grows even when it was lost with everything else: a fence must never be used twice.
	local fence = math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, server)
	redis.call('SET', KEYS[2], whole(fence))
end
local facts = redis.call('HVALS', KEYS[4])
return {'BEAT', server, leader or '', redis.call('GET', KEYS[2]) or '', facts, pepper and 0 or 1}
