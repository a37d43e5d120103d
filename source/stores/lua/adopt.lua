#!lua
-- Writes leases a replica granted by itself, or that were lost with everything else, so that they hold their
-- windows and any replica can end them.
-- KEYS: leases, due, then one set of holders per concurrency window.
-- ARGV[3..]: per lease: id, its JSON as the reserving script writes it.
-- Gives: ADOPTED, server.
for place = 3, #ARGV, 2 do
	local id, body = ARGV[place], ARGV[place + 1]
	local lease = cjson.decode(body)
	local ends = lease['until']
	if ends > now and redis.call('HSETNX', KEYS[1], id, body) == 1 then
		redis.call('ZADD', KEYS[2], whole(ends), id)
		for _, check in ipairs(lease.offer.checks) do
			if check.held then
				for unit = 1, check.cost do redis.call('ZADD', KEYS[check.held], whole(ends), unit .. ' ' .. id) end
			end
		end
	end
end
return {'ADOPTED', server}
