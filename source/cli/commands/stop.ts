import {readFileSync} from 'node:fs';
import type {Clock} from '../../clock.ts';
import type {Hello} from '../../control/frame.ts';
import {KeydeckError} from '../../errors.ts';
import {type Call, type Command, exits, projectFlags} from '../command.ts';
import {projectFlagsOf} from '../deck-use.ts';
import {holderName, holderOf} from '../holder.ts';

const patienceMs = 10_000;
const lookEveryMs = 100;

/** Commands nobody sits in front of. */
const services: readonly string[] = ['start', 'watch', 'demo'];

/** `keydeck stop`: ends the keydeck that runs for this project. */
export const stopCommand: Command = {
	name: 'stop',
	summary: 'End the service that runs for this project',
	teaches:
		'Sends SIGTERM to the process that runs the engine of this project and waits up to ten seconds for its end; running answers finish. Which process that is, it tells itself over the control socket, so no other one is hit. A dashboard, or a program that uses keydeck, is left alone unless --force is given.',
	args: [],
	flags: {
		force: {says: 'End a dashboard in a terminal or a program that uses keydeck too (default: services only)'},
		json: {says: 'Print JSON (default: text)'},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck stop', says: 'the service of this project'},
		{line: 'keydeck stop && keydeck start', says: 'a new version takes its place'},
	],
	exits: {
		0: 'it has ended, or none ran',
		1: 'it has not ended within ten seconds',
		2: 'bad usage, or it is no service and --force was not given',
		3: 'it does not answer',
		130: 'interrupted',
	},
	async run(call) {
		const {typed, output, clock, signal} = call;
		const {locate} = await import('../../config/locate.ts');
		const {root, home} = await locate({...call, flags: projectFlagsOf(typed)});
		const hello = await holderOf(home, clock);
		if (hello === undefined)
			return say(call, {stopped: false, pid: null}, `no keydeck runs for ${root} (its state is in ${home})`);
		if (!typed.on('force')) refuseOthers(hello);
		terminate(hello);
		if (await hasEnded(hello.pid, clock, signal)) {
			return say(call, {stopped: true, pid: hello.pid}, `${holderName(hello)} has ended`);
		}
		signal.throwIfAborted();
		output.note(
			`keydeck: ${holderName(hello)} was told to end and still runs after ${patienceMs / 1000} s: look at its log, or end it at once with kill -9 ${hello.pid}`,
		);
		return exits.unhealthy;
	},
};

function say({typed, output}: Call, report: object, text: string): number {
	if (typed.on('json')) output.json(report);
	else output.lines([text]);
	return exits.fine;
}

function refuseOthers(hello: Hello): void {
	const {command, pid} = hello;
	if (command === 'dashboard' || command === 'monitor') {
		throw new KeydeckError('STOP_REFUSED', `${holderName(hello)} runs in somebody's terminal`, {
			hint: 'quit it there (q or Ctrl-C), or end it from here: keydeck stop --force',
		});
	}
	if (command !== undefined && services.includes(command) && isKeydeck(pid)) return;
	throw new KeydeckError('STOP_REFUSED', `${holderName(hello)} is no service of keydeck`, {
		hint: 'it ends by itself or by its own means; keydeck stop --force sends it SIGTERM',
	});
}

/** A home shared between containers tells a pid of another world: here that number may be anybody. */
function isKeydeck(pid: number): boolean {
	if (process.platform !== 'linux') return true;
	try {
		return /keydeck|api-(?:key|health)-/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
	} catch {
		return false;
	}
}

function terminate(hello: Hello): void {
	try {
		process.kill(hello.pid, 'SIGTERM');
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
		if (code === 'ESRCH') return;
		throw new KeydeckError('STOP_REFUSED', `${holderName(hello)} cannot be told to end (${code})`, {
			hint: 'it belongs to another user: stop it as that one',
		});
	}
}

async function hasEnded(pid: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
	const deadline = clock.now() + patienceMs;
	while (isAlive(pid)) {
		if (clock.now() > deadline || signal.aborted) return false;
		await clock.sleep(lookEveryMs, signal);
	}
	return true;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return !isZombie(pid);
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}

/** It has ended, and its parent has not yet looked. */
function isZombie(pid: number): boolean {
	if (process.platform !== 'linux') return false;
	try {
		return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
	} catch {
		return true;
	}
}
