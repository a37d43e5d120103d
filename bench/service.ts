import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {request} from 'undici';
import {median, printTable, spread} from './measure.ts';

const connections = 16;
const roundMs = 2000;
const rounds = 5;

/** One server under load: how to ask it. */
type Target = {readonly name: string; readonly url: string; readonly headers: Readonly<Record<string, string>>};

/**
 * Keys over HTTP with token, lease and audit beside a bare `node:http` server that answers the same
 * bytes, 16 connections, each in a process of its own; and the summary of 100 keys. Needs wrk.
 */
export async function benchService(): Promise<void> {
	const home = await mkdtemp(join(tmpdir(), 'keydeck-bench-'));
	const service = await startProgram('service-process.js', [home]);
	const {keyUrl, healthUrl, tokenFile} = JSON.parse(service.said) as Readonly<Record<string, string>>;
	const token = (await readFile(tokenFile ?? '', 'utf8')).trim();
	const headers = {authorization: `Bearer ${token}`};
	const sample = await (await request(`${keyUrl}/api/keys/gpt-4o`, {headers})).body.text();
	const answer = join(home, 'answer.json');
	await writeFile(answer, sample, {mode: 0o600});
	const bare = await startProgram('bare-server.js', [answer]);
	const targets: Target[] = [
		{name: 'bare node:http, the same bytes', url: `${bare.said}/`, headers},
		{name: 'GET /api/keys/:model', url: `${keyUrl}/api/keys/gpt-4o`, headers},
		{name: 'GET /api/health/summary', url: `${healthUrl}/api/health/summary`, headers: {}},
	];
	const measured = new Map(targets.map(({name}) => [name, {perSecond: [] as number[], p99: [] as number[]}]));
	for (let round = 0; round <= rounds; round++) {
		for (const target of targets) {
			const {perSecond, p99} = await load(target);
			// The first round warms all up.
			if (round > 0) measured.get(target.name)?.perSecond.push(perSecond);
			if (round > 0) measured.get(target.name)?.p99.push(p99);
		}
	}
	await Promise.all([stop(service.child), stop(bare.child)]);
	await rm(home, {recursive: true});
	const [first] = measured.values();
	const base = {perSecond: median(first?.perSecond ?? []), p99: median(first?.p99 ?? [])};
	printTable(`service, ${connections} connections, 100 keys, median of ${rounds} rounds of ${roundMs / 1000} s`, [
		['', 'requests/s', 'spread', 'ratio', 'p99 ms', 'of bare'],
		...[...measured].map(([name, {perSecond, p99}]) => [
			name,
			Math.round(median(perSecond)).toLocaleString('en'),
			spread(perSecond),
			(median(perSecond) / base.perSecond).toFixed(2),
			median(p99).toFixed(2),
			(median(p99) / base.p99).toFixed(1),
		]),
	]);
}

async function startProgram(
	file: string,
	args: readonly string[],
): Promise<{readonly child: ChildProcess; readonly said: string}> {
	const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const [line] = (await once(child.stdout, 'data')) as [Buffer];
	return {child, said: String(line).trim()};
}

async function stop(child: ChildProcess): Promise<void> {
	const ended = once(child, 'close');
	child.stdin?.end();
	await ended;
}

/** The load comes from wrk, so that the client is not what is measured. */
async function load({url, headers}: Target): Promise<{perSecond: number; p99: number}> {
	const args = ['-t1', `-c${connections}`, `-d${roundMs / 1000}s`, '--latency'];
	for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
	const {stdout} = await promisify(execFile)('wrk', [...args, url]);
	const refused = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
	if (refused !== null) throw new Error(`${url} refused ${refused[1]} requests`);
	const [, perSecond = '0'] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
	const [, p99 = '0', unit = 'ms'] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
	const inMs: Readonly<Record<string, number>> = {us: 0.001, ms: 1, s: 1000};
	return {perSecond: Number(perSecond), p99: Number(p99) * (inMs[unit] ?? 1)};
}
