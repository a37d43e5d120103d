#!lua
-- Writes states and alerts when every bench is of the version its change was made from; all or nothing.
-- KEYS: benches, alerts, strategies, changes, fence, pepper.
-- ARGV[3]: replica. [4]: fence of the prober that wants to write, else empty. [5]: the changes as JSON, for
--   those who follow. [6..]: kind, id, version made from, body, per change; a bench is kept as "version body".
-- Gives: SAVED, server, id in the stream | STALE, server, ids | FENCED, server | LOST, server.
if redis.call('EXISTS', KEYS[6]) == 0 then return {'LOST', server} end
if ARGV[4] ~= '' and ARGV[4] ~= redis.call('GET', KEYS[5]) then return {'FENCED', server} end
local versions, stale = {}, {}
for place = 6, #ARGV, 4 do
	local kind, id, from = ARGV[place], ARGV[place + 1], ARGV[place + 2]
	if kind == 'bench-put' or kind == 'bench-lift' then
		local kept = versions[id] or string.match(redis.call('HGET', KEYS[1], id) or '0 ', '^%d+')
		if kept ~= from then stale[#stale + 1] = id end
		versions[id] = kind == 'bench-put' and string.match(ARGV[place + 3], '^%d+') or '0'
	end
end
if #stale > 0 then return {'STALE', server, stale} end
for place = 6, #ARGV, 4 do
	local kind, id, body = ARGV[place], ARGV[place + 1], ARGV[place + 3]
	if kind == 'bench-put' then redis.call('HSET', KEYS[1], id, body)
	elseif kind == 'bench-lift' then redis.call('HDEL', KEYS[1], id)
	elseif kind == 'alert-put' then redis.call('HSET', KEYS[2], id, body)
	elseif kind == 'strategy-set' then redis.call('HSET', KEYS[3], id, body)
	end
end
local entry = redis.call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'from', ARGV[3], 'saved', ARGV[5])
return {'SAVED', server, entry}
