-- Every script begins with this. ARGV[1]: deadline on the server's clock, ms; a call that was left behind
-- in a queue must not be carried out once its caller has gone on without it. ARGV[2]: the instant to count
-- with, ms; empty = the server's own, so that replicas with other clocks agree.
local stamp = redis.call('TIME')
local server = stamp[1] * 1000 + math.floor(stamp[2] / 1000)
if server > tonumber(ARGV[1]) then return {'EXPIRED', server} end
local now = ARGV[2] == '' and server or tonumber(ARGV[2])

-- Lua's own text form of a number keeps 14 digits, an instant has 13 and fractions need 17.
local function exact(number) return string.format('%.17g', number) end
local function whole(number) return string.format('%.0f', number) end

-- A window is kept as "level at unused": units spent and not refilled yet, when that was, and how many units
-- of refill nobody could use because it was whole. Time never runs backwards.
local function leaked(fill, refillMs)
	if not fill then return 0, now, 0 end
	local level, at, unused = string.match(fill, '^(%S+) (%S+) (%S+)$')
	level, at, unused = tonumber(level), tonumber(at), tonumber(unused)
	if now <= at then return level, at, unused end
	local left = level - (now - at) / refillMs
	if left < 0 then return 0, now, unused - left end
	return left, now, unused
end

local function fillText(level, at, unused) return exact(level) .. ' ' .. whole(at) .. ' ' .. exact(unused) end
