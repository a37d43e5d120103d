import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {suite, type TestContext, test} from 'node:test';
import {systemClock} from '../../../source/clock.ts';
import {openRedisStore} from '../../../source/stores/redis-store.ts';
import {emptyFolder, runScript} from '../../helpers/binary.ts';
import {createProject} from '../../helpers/project.ts';
import {RedisCluster} from '../../helpers/redis-cluster.ts';
import {RedisSentinels} from '../../helpers/redis-sentinels.ts';
import {freePort, needsRedis, RedisServer} from '../../helpers/redis-server.ts';

/** Verdict and words of the checks of Redis, one line each. */
async function redisLines(t: TestContext, url: string, env: Record<string, string> = {}): Promise<readonly string[]> {
	const project = await createProject(t, [{name: 'OPENAI_API_KEY', vendor: 'openai', account: 'alpha'}]);
	const ports = {API_KEY_MANAGER_PORT: '0', HEALTH_DASHBOARD_PORT: '0'};
	const options = {cwd: project.folder, env: {...project.env, ...ports, REDIS_URL: url, ...env}};
	const {stdout} = await runScript(['doctor', '--json'], options);
	const {checks} = JSON.parse(stdout) as {checks: {group: string; name: string; verdict: string; says: string}[]};
	return checks
		.filter(({group}) => group === 'redis')
		.map(({name, verdict, says}) => `${verdict}, ${name}: ${says.replace(/^\S+ answers/, 'it answers')}`);
}

suite('keydeck doctor and the address of Redis', {skip: needsRedis}, () => {
	test('behind sentinels the master is asked', async (t) => {
		await using set = await RedisSentinels.start();
		const [answers = '', version, policy] = await redisLines(t, set.url);
		assert.match(answers, /^(ok|warning), Redis: it answers, the slowest of 5 pings in \d+ ms$/);
		assert.match(`${version}`, /^ok, Redis version: \d/);
		assert.equal(policy, 'ok, Redis policy: noeviction');
	});

	test('a name the sentinels do not know is a problem that says so', async (t) => {
		await using set = await RedisSentinels.start();
		const [answers = ''] = await redisLines(t, set.url.replace('sentinel=main', 'sentinel=other'));
		assert.match(answers, /^problem, .*does not answer \(no sentinel tells a master of that name\)$/);
	});

	test('of a cluster every master is asked, and the worst is told', async (t) => {
		await using cluster = await RedisCluster.start();
		await cluster.servers[1]?.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
		const [answers = '', version, policy] = await redisLines(t, cluster.url);
		assert.match(answers, /^(ok|warning), Redis: it answers, 3 masters, the slowest of 5 pings in \d+ ms$/);
		assert.match(`${version}`, /^ok, Redis version: \d/);
		assert.equal(policy, 'warning, Redis policy: allkeys-lru');
	});

	test('over TLS a certificate nobody vouches for is an outage that says so', async (t) => {
		const {certificate, options, port} = await tlsOptions(t);
		await using _ = await RedisServer.start(options);
		const url = `rediss://127.0.0.1:${port}`;
		const [answers = ''] = await redisLines(t, url);
		assert.match(answers, /^problem, .*does not answer \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/);
		const [trusted = ''] = await redisLines(t, url, {NODE_EXTRA_CA_CERTS: certificate});
		assert.match(trusted, /^(ok|warning), Redis: it answers/);
		const store = await openRedisStore({url, prefix: 'deck', pepper: 'p', clock: systemClock, random: Math.random});
		const condition = store.condition();
		await store.close();
		assert.equal(condition.state, 'degraded');
		assert.match(condition.state === 'degraded' ? condition.detail : '', /self-signed certificate/);
	});
});

/** A server with a certificate of its own. */
async function tlsOptions(t: TestContext) {
	const folder = await emptyFolder(t);
	const [certificate, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
	const port = await freePort();
	const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
	const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
	spawnSync('/usr/bin/openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', certificate]);
	const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
	return {certificate, port, options: ['--tls-port', `${port}`, '--tls-auth-clients', 'no', ...files]};
}
