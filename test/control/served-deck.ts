import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, type TestContext} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {attachDeck} from '../../source/control/attached-deck.ts';
import {controlPath} from '../../source/control/control-path.ts';
import {serveControl} from '../../source/control/control-server.ts';
import {SampleDeck} from './sample-deck.ts';

/** Homes of the tests, taken away at the end. */
export const homes = mkdtempSync(join(tmpdir(), 'keydeck-control-'));
after(() => rmSync(homes, {recursive: true}));

let made = 0;
export function newPath(): string {
	made += 1;
	return controlPath(join(homes, `${made}`));
}

export const fact = {type: 'engine.started', keys: 1} as const;
export const attach = (path: string, root = '/project') => attachDeck({path, root, clock: systemClock});

export async function serve(context: TestContext, path = newPath()) {
	const deck = new SampleDeck();
	const server = await serveControl({deck, path, root: () => '/project', version: '0.1.0'});
	context.after(() => server.close());
	return {deck, path, server};
}

export async function serveAndAttach(context: TestContext) {
	const served = await serve(context);
	const attached = await attach(served.path);
	assert.ok(attached);
	context.after(() => attached.close());
	return {...served, attached};
}

export async function until(isSo: () => boolean): Promise<void> {
	const deadline = systemClock.now() + 10_000;
	while (!isSo()) {
		assert.ok(systemClock.now() < deadline, `never so: ${isSo}`);
		await systemClock.sleep(5);
	}
}
