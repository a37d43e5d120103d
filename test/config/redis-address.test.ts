import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {redisAddressFault} from '../../source/config/redis-address.ts';
import {emptyFolder, runScript} from '../helpers/binary.ts';

const secret = 'geheim';

/** Address, the rule it breaks, what is shown of it. */
const faults: readonly (readonly [address: string, rule: RegExp, shown: string])[] = [
	[`redis://:${secret}%zz@h`, /must have each % written as %25/, 'redis://…@h'],
	[`redis://kim%zz:${secret}@h`, /must have each % written as %25/, 'redis://…@h'],
	[`redis://:${secret}%e9@h`, /must have each % written as %25/, 'redis://…@h'],
	['unix:///run/%zz.sock', /must have each % written as %25/, 'unix:///run/%zz.sock'],
	[`redis://:${secret}@host:notaport`, /must be a redis:\/\/, rediss:\/\/ or unix:\/\/ URL/, 'redis://…@host…'],
	['redis://host:notaport', /must be a redis:\/\/, rediss:\/\/ or unix:\/\/ URL/, 'redis://host…'],
	[`redis://:${secret}`, /must be a redis:\/\/, rediss:\/\/ or unix:\/\/ URL/, 'redis://…'],
	[`redis://kim:${secret}#x@h`, /must be a redis:\/\/, rediss:\/\/ or unix:\/\/ URL/, 'redis://…@h'],
	['redis://kim:1234/geheim@h', /must have the signs of its password percent-encoded/, 'redis://…@h'],
	['redis://kim:1234#geheim@h', /must have the signs of its password percent-encoded/, 'redis://…@h'],
	[`http://:${secret}@host`, /must be a redis:\/\/, rediss:\/\/ or unix:\/\/ URL/, 'http://…@host'],
	['redis://', /must name a host/, 'redis://'],
	['redis://h/abc', /must name its database by a number/, 'redis://h/abc'],
	['redis://h?db=abc', /must name its database by a number/, 'redis://h?…'],
	['redis://h?sentinel=', /must name the master of its sentinels/, 'redis://h?…'],
	['redis://h?cluster&also=h2:x', /must name its further nodes/, 'redis://h?…'],
	['unix://run/redis.sock', /must name the whole path of its socket/, 'unix://run/redis.sock'],
];

describe('an address of Redis that cannot be used', {concurrency: 2}, () => {
	for (const [address, rule, shown] of faults) {
		test(`${address} is a fault of the configuration, told without its password`, async (context) => {
			const {code, stdout, stderr} = await runScript(['summary'], {
				cwd: await emptyFolder(context),
				env: {REDIS_URL: address},
			});
			assert.equal(code, 2, stderr);
			assert.match(stderr, /^keydeck: the environment: REDIS_URL must /);
			assert.match(stderr, rule);
			assert.ok(stderr.includes(`, got "${shown}". Write `), stderr);
			assert.ok(!(stdout + stderr).includes(secret), stderr);
		});
	}

	test('is named by its line in .env and in the configuration file, without its password too', async (context) => {
		const cwd = await emptyFolder(context);
		await writeFile(join(cwd, '.env'), `# the store\nREDIS_URL=redis://:${secret}%zz@h\n`, {mode: 0o600});
		const redisUrl = `redis://:${secret}@host:notaport`;
		await writeFile(join(cwd, 'keydeck.config.json'), JSON.stringify({store: {redisUrl}}, undefined, 2));
		const {code, stdout, stderr} = await runScript(['start'], {cwd});
		assert.equal(code, 2, stderr);
		assert.match(stderr, /\.env line 2: REDIS_URL must have each % written as %25, got "redis:\/\/…@h"\. Write/);
		assert.match(
			stderr,
			/keydeck\.config\.json line 3: store\.redisUrl must be a redis:.*, got "redis:\/\/…@host…"\. Write/,
		);
		assert.ok(!(stdout + stderr).includes(secret), stderr);
	});
});

test('addresses that can be used have no fault', () => {
	const good = [
		'redis://127.0.0.1',
		'redis://:p%40ss%25@10.0.0.5:6379',
		'rediss://kim:x@cache.example:6380/3',
		'redis://[::1]:6379/',
		'unix:///run/redis.sock',
		'unix:///run/my%20redis.sock?db=2',
		'redis://host:26379?sentinel=main&also=host2:26379,[::1]:26379',
		'redis://host:7000?cluster&also=host2:7000',
	];
	assert.deepEqual(
		good.map(redisAddressFault),
		good.map(() => undefined),
	);
});
