import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

/** A script as Redis gets it, and the name Redis knows it by. */
export type RedisScript = {readonly text: string; readonly sha: string};

export type ScriptName =
	| 'reserve'
	| 'count'
	| 'release'
	| 'adopt'
	| 'owe'
	| 'save'
	| 'claim'
	| 'beat'
	| 'leave'
	| 'record';

const read = new Map<string, RedisScript>();

/** The script of a name: its file behind the prelude all share. */
export function redisScript(name: ScriptName): RedisScript {
	const known = read.get(name);
	if (known !== undefined) return known;
	const [engine, ...lines] = luaFile(name).split('\n');
	const text = [engine, luaFile('prelude'), ...lines].join('\n');
	const script = {text, sha: createHash('sha1').update(text).digest('hex')};
	read.set(name, script);
	return script;
}

function luaFile(name: string): string {
	return readFileSync(join(import.meta.dirname, 'lua', `${name}.lua`), 'utf8');
}
