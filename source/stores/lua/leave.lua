#!lua
-- A replica that ends says so: another one probes at once.
-- KEYS: leader, replicas, facts. ARGV[3]: replica.
if redis.call('GET', KEYS[1]) == ARGV[3] then redis.call('DEL', KEYS[1]) end
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('HDEL', KEYS[3], ARGV[3])
return {'LEFT', server}
