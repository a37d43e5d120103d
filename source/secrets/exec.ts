import {execFile} from 'node:child_process';
import {Secret} from '../secret.ts';
import type {Resolved, SecretSource} from './secret-source.ts';

/** What a command is given of our environment: enough to find itself and a desktop's keyring, and no key. */
const passedOn = [
	'PATH',
	'HOME',
	'USER',
	'LOGNAME',
	'LANG',
	'LC_ALL',
	'TZ',
	'TMPDIR',
	'XDG_CONFIG_HOME',
	'XDG_RUNTIME_DIR',
	'DBUS_SESSION_BUS_ADDRESS',
];

const example = 'Write exec: and a list of texts, e.g. exec:["pass","show","openai"]';

export type ExecOptions = {
	/** Folder the command runs in. */
	readonly root: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** How long a command may take. @default 5000 */
	readonly timeoutMs?: number;
};

/** `exec:["cmd","arg"]`: what a command prints, without the white space around it. No shell is involved. */
export function execSource({root, env, timeoutMs = 5000}: ExecOptions): SecretSource {
	return {
		scheme: 'exec',
		async resolve(rest, {signal}) {
			const command = commandOf(rest);
			if (command === undefined) return {ok: false, rule: 'is not a command', hint: example};
			return run(command, {root, env: cleanEnvironment(env), timeoutMs, signal});
		},
	};
}

function commandOf(rest: string): readonly [string, ...string[]] | undefined {
	try {
		const parsed: unknown = JSON.parse(rest);
		if (!Array.isArray(parsed) || !parsed.every((part) => typeof part === 'string' && !part.includes('\0')))
			return undefined;
		const [program, ...args] = parsed;
		return program === undefined || program === '' ? undefined : [program, ...args];
	} catch {
		return undefined;
	}
}

function cleanEnvironment(env: ExecOptions['env']): Record<string, string> {
	const clean: Record<string, string> = {};
	for (const name of passedOn) {
		const value = env[name];
		if (value !== undefined) clean[name] = value;
	}
	return clean;
}

type RunOptions = {root: string; env: Record<string, string>; timeoutMs: number; signal: AbortSignal};

function run([program, ...args]: readonly [string, ...string[]], options: RunOptions): Promise<Resolved> {
	const {root, env, timeoutMs, signal} = options;
	return new Promise((resolve) => {
		const child = execFile(
			program,
			args,
			{cwd: root, env, timeout: timeoutMs, signal, killSignal: 'SIGKILL', maxBuffer: 64 * 1024, encoding: 'utf8'},
			(error, stdout) => {
				const text = stdout.trim();
				if (error !== null)
					resolve({ok: false, rule: ruleOf(error, timeoutMs), hint: 'Run the command by hand to see what it says'});
				else if (text === '')
					resolve({ok: false, rule: 'runs a command that printed nothing', hint: 'It must print the key'});
				else resolve({ok: true, secret: new Secret(text)});
			},
		);
		child.stdin?.end();
	});
}

// The error's own message holds the arguments and what the command printed, either of which may be a secret.
function ruleOf(error: {code?: unknown; killed?: boolean; name: string}, timeoutMs: number): string {
	if (error.code === 'ENOENT') return 'runs a command that was not found';
	if (error.code === 'EACCES') return 'runs a command that may not be run';
	if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'runs a command that printed more than 64 KB';
	if (error.name === 'AbortError') return 'runs a command that was cancelled';
	if (error.killed === true) return `runs a command that took longer than ${timeoutMs / 1000} s`;
	return `runs a command that failed with exit code ${typeof error.code === 'number' ? error.code : 'unknown'}`;
}
