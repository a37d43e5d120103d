#!lua
-- Reserves the first offer that fits every window of its own.
-- KEYS: windows, leases, due, picks, grants of this minute and of the other, then one set of holders per
--   concurrency window.
-- ARGV[3]: lease id. [4]: how long it lasts, ms. [5]: model that serves. [6]: begin of the lease's JSON.
--   [7..]: offers, {"kid", "checks": [{"id", "capacity", "refillMs", "cost", "held": place in KEYS}]}.
-- Gives: GRANTED, server, offer's place, lease's JSON, a fill per check | FULL, server, [check, retryAt] per
--   offer (-1 = never) | LOST, server: what this deck kept here is gone.
local slack = 1e-6
local leaseId = ARGV[3]
if redis.call('HEXISTS', KEYS[1], '#epoch') == 0 then return {'LOST', server} end
local known = redis.call('HGET', KEYS[2], leaseId)
if known then return {'GRANTED', server, 0, known} end

local function fitsRate(check, spends)
	local level, at, unused = leaked(redis.call('HGET', KEYS[1], check.id), check.refillMs)
	local excess = level + check.cost - check.capacity
	if excess <= slack then
		spends[#spends + 1] = {check.id, fillText(level + check.cost, at, unused)}
		return nil
	end
	if check.cost > check.capacity then return -1 end
	return at + math.ceil((excess - slack / 2) * check.refillMs)
end

local function fitsConcurrency(check, holds)
	if check.cost > check.capacity then return -1 end
	redis.call('ZREMRANGEBYSCORE', KEYS[check.held], '-inf', now)
	local excess = redis.call('ZCARD', KEYS[check.held]) + check.cost - check.capacity
	if excess <= 0 then
		holds[#holds + 1] = check
		return nil
	end
	return tonumber(redis.call('ZRANGE', KEYS[check.held], excess - 1, excess - 1, 'WITHSCORES')[2])
end

local function countGrant(kid)
	local minute = whole(math.floor(now / 60000))
	local grants = KEYS[5 + minute % 2]
	if redis.call('HGET', grants, '#minute') ~= minute then
		redis.call('DEL', grants)
		redis.call('HSET', grants, '#minute', minute)
	end
	redis.call('HINCRBY', KEYS[4], ARGV[5] .. '\n' .. kid, 1)
	redis.call('HINCRBY', grants, whole(math.floor(now / 1000)) .. '\n' .. ARGV[5] .. '\n' .. kid, 1)
end

local full = {}
for place = 7, #ARGV do
	local offer = cjson.decode(ARGV[place])
	local spends, holds, worst, fullCheck = {}, {}, nil, nil
	for index, check in ipairs(offer.checks) do
		local retryAt = check.refillMs > 0 and fitsRate(check, spends) or check.refillMs == 0 and fitsConcurrency(check, holds)
		if retryAt and worst ~= -1 and (worst == nil or retryAt == -1 or retryAt > worst) then
			worst, fullCheck = retryAt, index
		end
	end
	if not worst then
		local ends = now + tonumber(ARGV[4])
		local body = ARGV[6] .. ',"at":' .. whole(now) .. ',"until":' .. whole(ends) .. ',"offer":' .. ARGV[place] .. '}'
		for _, spend in ipairs(spends) do redis.call('HSET', KEYS[1], spend[1], spend[2]) end
		for _, check in ipairs(holds) do
			for unit = 1, check.cost do redis.call('ZADD', KEYS[check.held], ends, unit .. ' ' .. leaseId) end
		end
		redis.call('HSET', KEYS[2], leaseId, body)
		redis.call('ZADD', KEYS[3], ends, leaseId)
		countGrant(offer.kid)
		local answer = {'GRANTED', server, place - 6, body}
		for _, spend in ipairs(spends) do answer[#answer + 1] = spend[2] end
		return answer
	end
	full[#full + 1] = {fullCheck, worst}
end
return {'FULL', server, full}
