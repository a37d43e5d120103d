import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {createServer} from 'node:net';
import type {Settings} from '../../config/settings.ts';
import {codeOf, type Finding, fine, inGroup, warning} from './finding.ts';

/** The two ports of the services: free, or held by whom. `runningPid`: the keydeck that runs on this home. */
export async function portChecks({server}: Settings, runningPid: number | undefined): Promise<readonly Finding[]> {
	const {host, keyPort, healthPort} = server;
	return inGroup('ports', [
		await portCheck({host, port: keyPort, setting: 'server.keyPort'}, runningPid),
		await portCheck({host, port: healthPort, setting: 'server.healthPort'}, runningPid),
	]);
}

type Place = {readonly host: string; readonly port: number; readonly setting: string};

async function portCheck({host, port, setting}: Place, runningPid: number | undefined) {
	const name = `port ${port}`;
	if (port === 0) return fine(name, 'any free one is taken');
	const refusal = await refusalOf(host, port);
	if (refusal === undefined) return fine(name, `free on ${host}`);
	const next = `Set another ${setting}, or end that program`;
	if (refusal !== 'EADDRINUSE') return warning(name, `cannot be opened on ${host} (${refusal})`, next);
	const holder = holderOf(port);
	if (holder !== undefined && holder.pid === runningPid)
		return fine(name, `held by the keydeck that runs (pid ${holder.pid})`);
	const by = holder === undefined ? 'a program of another user' : `${holder.command} (pid ${holder.pid})`;
	return warning(name, `held by ${by}`, next);
}

/** Opens the port for a moment; the code of what stands against it, undefined when it is free. */
function refusalOf(host: string, port: number): Promise<string | undefined> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', (error) => resolve(codeOf(error)));
		server.listen({host, port, exclusive: true}, () => server.close(() => resolve(undefined)));
	});
}

/** The process that listens at a port, as far as Linux tells this user. */
function holderOf(port: number): {readonly pid: number; readonly command: string} | undefined {
	const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listenersIn(table, port)));
	if (sockets.size === 0) return undefined;
	for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
		const open = namesIn(`/proc/${pid}/fd`).map((fd) => quietly(() => readlinkSync(`/proc/${pid}/fd/${fd}`)));
		if (open.some((target) => target !== undefined && sockets.has(target))) {
			const command = quietly(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? 'a program';
			return {pid: Number(pid), command};
		}
	}
	return undefined;
}

/** `socket:[inode]` of what listens (state 0A) at a port. */
function listenersIn(table: string, port: number): readonly string[] {
	const text = quietly(() => readFileSync(table, 'utf8')) ?? '';
	return text.split('\n').flatMap((line) => {
		const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
		const isIt = state === '0A' && Number.parseInt(local.split(':')[1] ?? '', 16) === port;
		return isIt ? [`socket:[${inode}]`] : [];
	});
}

function namesIn(folder: string): readonly string[] {
	return quietly(() => readdirSync(folder)) ?? [];
}

function quietly<Result>(read: () => Result): Result | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}
