#!lua
-- Reserves for several calls, one after the other, each the first of its offers that fits every window.
-- KEYS: windows, leases, due, then one set of holders per concurrency window.
-- ARGV[3]: set when the calls may have been decided before. Then three lists, each behind its length: checks,
--   {"id", "capacity", "refillMs", "cost"}, of a concurrency window with "held", the place of its holders in
--   KEYS; sets of checks, "1 2" by their places; kinds of leases, how long one lasts in ms and the begin of its
--   JSON. Then the calls, fields apart by tabs: lease id, place of its kind, and per offer: key as JSON, place of
--   its set of checks.
-- Gives: RESERVED, server, an answer per call, place and fill of a check of each window that was spent | LOST,
--   server: what this deck kept here is gone. An answer: place of the offer granted | JSON of a lease that was
--   granted before | [check of the offer, retryAt] per offer, -1 = never.
local slack = 1e-6
local place = 4
local function list()
	local texts = {}
	for number = 1, tonumber(ARGV[place]) do texts[number] = ARGV[place + number] end
	place = place + 1 + #texts
	return texts
end

local checks, sets, kinds = {}, {}, {}
local rates, fields = {}, {'#epoch'}
for number, text in ipairs(list()) do
	local check = cjson.decode(text)
	check.text = text
	checks[number] = check
	if check.refillMs > 0 then
		rates[#rates + 1] = number
		fields[#fields + 1] = check.id
	end
end
for number, text in ipairs(list()) do
	local set, texts = {}, {}
	for index in string.gmatch(text, '%d+') do
		set[#set + 1] = checks[tonumber(index)]
		texts[#texts + 1] = set[#set].text
	end
	set.text = ',"checks":[' .. table.concat(texts, ',') .. ']}}'
	sets[number] = set
end
for number, text in ipairs(list()) do
	local lasts, head = string.match(text, '^(%d+) (.*)$')
	local ends = whole(now + tonumber(lasts))
	kinds[number] = {ends = ends, head = head .. ',"at":' .. whole(now) .. ',"until":' .. ends .. ',"offer":{"kid":'}
end

-- What is spent is only noted, and written when all calls are decided.
local windows, holders = {}, {}
local leases, due = {}, {}
local kept = redis.call('HMGET', KEYS[1], unpack(fields))
if not kept[1] then return {'LOST', server} end
for number, check in ipairs(rates) do
	local level, at, unused = leaked(kept[1 + number], checks[check].refillMs)
	windows[checks[check].id] = {level = level, at = at, unused = unused, check = check}
end

local function holdersOf(check)
	local held = holders[check.held]
	if not held then
		redis.call('ZREMRANGEBYSCORE', KEYS[check.held], '-inf', now)
		held = {count = redis.call('ZCARD', KEYS[check.held]), added = {}}
		holders[check.held] = held
	end
	return held
end

-- When a window that is full has room again; nil = it has room.
local function retryAt(check)
	if check.cost > check.capacity then return -1 end
	if check.refillMs > 0 then
		local window = windows[check.id]
		local excess = window.level + check.cost - check.capacity
		if excess <= slack then return nil end
		return window.at + math.ceil((excess - slack / 2) * check.refillMs)
	end
	local held = holdersOf(check)
	local excess = held.count + #held.added / 2 + check.cost - check.capacity
	if excess <= 0 then return nil end
	if excess > held.count then return tonumber(held.added[(excess - held.count) * 2 - 1]) end
	return tonumber(redis.call('ZRANGE', KEYS[check.held], excess - 1, excess - 1, 'WITHSCORES')[2])
end

local function grant(leaseId, kind, kid, set)
	for _, check in ipairs(set) do
		if check.refillMs > 0 then
			local window = windows[check.id]
			window.level = window.level + check.cost
			window.spent = true
		else
			local added = holdersOf(check).added
			for unit = 1, check.cost do
				added[#added + 1] = kind.ends
				added[#added + 1] = unit .. ' ' .. leaseId
			end
		end
	end
	leases[#leases + 1] = leaseId
	leases[#leases + 1] = kind.head .. kid .. set.text
	due[#due + 1] = kind.ends
	due[#due + 1] = leaseId
end

-- The check of an offer that has room last, and when; nil = it fits.
local function fullCheck(set)
	local worst, worstAt
	for number, check in ipairs(set) do
		local at = retryAt(check)
		if at == -1 then return {number, -1} end
		if at and (not worst or at > worstAt) then worst, worstAt = number, at end
	end
	return worst and {worst, worstAt}
end

local function decide(leaseId, kind, offers)
	local full = {}
	for kid, set in string.gmatch(offers, '\t([^\t]*)\t(%d+)') do
		set = sets[tonumber(set)]
		local refused = fullCheck(set)
		full[#full + 1] = refused
		if not refused then
			grant(leaseId, kind, kid, set)
			return #full + 1
		end
	end
	return full
end

local answers = {}
for number = place, #ARGV do
	local leaseId, kind, offers = string.match(ARGV[number], '^([^\t]*)\t(%d+)(.*)$')
	local known = ARGV[3] ~= '' and redis.call('HGET', KEYS[2], leaseId)
	answers[#answers + 1] = known or decide(leaseId, kinds[tonumber(kind)], offers)
end

local fills = {}
local told = {}
for id, window in pairs(windows) do
	if window.spent then
		local fill = fillText(window.level, window.at, window.unused)
		fills[#fills + 1] = id
		fills[#fills + 1] = fill
		told[#told + 1] = window.check
		told[#told + 1] = fill
	end
end
if #fills > 0 then redis.call('HSET', KEYS[1], unpack(fills)) end
for key, held in pairs(holders) do
	if #held.added > 0 then redis.call('ZADD', KEYS[key], unpack(held.added)) end
end
if #leases > 0 then
	redis.call('HSET', KEYS[2], unpack(leases))
	redis.call('ZADD', KEYS[3], unpack(due))
end
return {'RESERVED', server, answers, told}
