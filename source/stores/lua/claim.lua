#!lua
-- One caller per key and interval claims its probe.
-- KEYS: claims, fence. ARGV[3]: key. [4]: interval, ms. [5]: fence of the prober, else empty.
-- Gives: CLAIMED | TAKEN | FENCED, server.
if ARGV[5] ~= '' and ARGV[5] ~= redis.call('GET', KEYS[2]) then return {'FENCED', server} end
local claimed = tonumber(redis.call('HGET', KEYS[1], ARGV[3]))
-- A claim from the future is one made before the clock was set back.
if claimed and math.abs(now - claimed) < tonumber(ARGV[4]) then return {'TAKEN', server} end
redis.call('HSET', KEYS[1], ARGV[3], whole(now))
return {'CLAIMED', server}
