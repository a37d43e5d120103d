import assert from 'node:assert/strict';
import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {TestContext} from 'node:test';
import {type LoadOptions, loadSettings, readConfiguration} from '../../source/config/load.ts';
import type {Settings} from '../../source/config/settings.ts';
import {problemLine} from '../../source/errors.ts';

/** The models these tests name, in place of the whole catalogue. */
const models: ReadonlyMap<string, string> = new Map([
	['claude-3-opus', 'anthropic'],
	['claude-3-sonnet', 'anthropic'],
	['gpt-4o', 'openai'],
	['gpt-4-turbo', 'openai'],
	['deepseek-coder', 'deepseek'],
	['command-r-plus', 'mistral'],
	['gemini-pro', 'gemini'],
]);

export type Workspace = {
	/** Root of the configuration; its parent holds nothing else. */
	readonly root: string;
	readonly write: (path: string, text: string | Uint8Array, mode?: number) => string;
	readonly options: (env?: Record<string, string>, more?: Partial<LoadOptions>) => LoadOptions;
	/** Loads and expects settings. */
	readonly load: (env?: Record<string, string>, more?: Partial<LoadOptions>) => Promise<Settings>;
	/** Reads and expects problems; gives them as lines. */
	readonly refusals: (env?: Record<string, string>, more?: Partial<LoadOptions>) => Promise<readonly string[]>;
};

/** A real folder for one test, removed after it. */
export function workspace(t: TestContext): Workspace {
	const base = mkdtempSync(join(tmpdir(), 'keydeck-config-'));
	t.after(() => rmSync(base, {recursive: true, force: true}));
	const root = join(base, 'agents');
	mkdirSync(root);
	const options = (env: Record<string, string> = {}, more: Partial<LoadOptions> = {}): LoadOptions => ({
		cwd: root,
		env: {HOME: base, PATH: process.env.PATH ?? '', ...env},
		providerOf: (model) => models.get(model),
		...more,
	});
	return {
		root,
		write(path, text, mode = 0o600) {
			const whole = join(root, path);
			mkdirSync(dirname(whole), {recursive: true});
			writeFileSync(whole, text, {mode});
			chmodSync(whole, mode);
			return whole;
		},
		options,
		async load(env, more) {
			const loaded = await loadSettings(options(env, more));
			if (!loaded.ok) assert.fail(loaded.problems.map(problemLine).join('\n'));
			return loaded.settings;
		},
		async refusals(env, more) {
			const read = await readConfiguration(options(env, more));
			if (read.ok) assert.fail('the configuration was accepted');
			return read.problems.map(problemLine);
		},
	};
}

/** A well-formed key of a vendor that means nothing to anybody; `seed` makes them differ. */
export function sampleKey(vendor: string, seed: number): string {
	const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
	let state = seed * 2654435761 + 97;
	const random = (length: number, alphabet = letters) =>
		Array.from({length}, () => {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			return alphabet[state % alphabet.length];
		}).join('');
	const hex = '0123456789abcdef';
	switch (vendor) {
		case 'anthropic':
			return `sk-ant-api03-${random(93)}AA`;
		case 'openai':
			return `sk-proj-${random(40)}T3BlbkFJ${random(40)}`;
		case 'deepseek':
			return `sk-${random(32, 'abcdefghijklmnopqrstuvwxyz0123456789')}`;
		case 'gemini':
			return `AIza${random(35)}`;
		case 'groq':
			return `gsk_${random(52)}`;
		case 'openrouter':
			return `sk-or-v1-${random(64, hex)}`;
		case 'cohere':
			return random(40);
		case 'together':
			return random(64, hex);
		default:
			return random(32);
	}
}
