import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {attachDeck} from '../../source/control/attached-deck.ts';
import {serveControl} from '../../source/control/control-server.ts';
import type {Outcome} from '../../source/domain/outcome.ts';
import {statusReport} from '../../source/engine/reports.ts';
import {Secret} from '../../source/secret.ts';
import {openEngine, type TestEngine} from '../helpers/engine.ts';
import {newPath} from './served-deck.ts';

test('another process takes a lease, calls with its own copy of the key and gives it back', async (context) => {
	await using deck = await openEngine({keys: ['a']});
	const attached = await attachTo(deck, context, (kid) => (kid === 'a' ? new Secret('own copy') : undefined));
	const got = await attached.acquire({model: 'gpt-4o', fallback: false});
	assert.ok(got.granted);
	assert.equal(got.secret.reveal(), 'own copy');
	assert.equal((await attached.openLease({kid: 'a', model: 'gpt-4o'}))?.id, got.lease.id);
	const outcome = throttledFor(60, deck.clock.now());
	assert.equal(await attached.release(got.lease.id, outcome), true);
	assert.equal(await attached.release(got.lease.id, outcome), false);
	const refused = await attached.acquire({model: 'gpt-4o'});
	assert.equal(refused.granted, false);
	assert.ok('retryAt' in refused);
});

test('a process that lacks the chosen key is told so, and the lease does not stay open', async (context) => {
	await using deck = await openEngine({keys: ['a']});
	const attached = await attachTo(deck, context);
	await assert.rejects(attached.acquire({model: 'gpt-4o'}), {code: 'KEY_NOT_HERE'});
	assert.equal(deck.key('a').inFlight, 0);
});

test('another process reports a call it made without a lease, and asks how often a key was used', async (context) => {
	await using deck = await openEngine({keys: ['a']});
	const attached = await attachTo(deck, context);
	await deck.call('gpt-4o');
	assert.equal(await attached.usedThisMinute('a'), 1);
	assert.equal(await attached.report('a', 'gpt-4o', throttledFor(60, deck.clock.now())), true);
	assert.equal(await attached.report('b', 'gpt-4o', throttledFor(60, deck.clock.now())), false);
	assert.equal((await attached.acquire({model: 'gpt-4o'})).granted, false);
});

test('a report with numbers no call has is refused, and the deck can still be read', async (context) => {
	await using deck = await openEngine({keys: ['a']});
	const attached = await attachTo(deck, context);
	const now = deck.clock.now();
	const good = throttledFor(60, now);
	const usage = {inputTokens: 1, outputTokens: 1, cachedInputTokens: 0};
	for (const at of [-1, 8.64e15 + 1, 1e300, Number.MAX_SAFE_INTEGER]) {
		await assert.rejects(attached.report('a', 'gpt-4o', throttledFor(60, at)), {code: 'BAD_REQUEST'}, String(at));
	}
	for (const outcome of [
		{...good, timing: {at: now, latencyMs: 1e308}},
		{...good, status: -7},
	] as Outcome[]) {
		await assert.rejects(attached.report('a', 'gpt-4o', outcome), {code: 'BAD_REQUEST'});
	}
	for (const inputTokens of [-5, 1e308]) {
		await assert.rejects(attached.report('a', 'gpt-4o', good, {...usage, inputTokens}), {code: 'BAD_REQUEST'});
	}
	const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
	assert.equal(await attached.report('a', 'gpt-4o', throttledFor(3600, latest), usage), true);
	assert.equal(statusReport(deck.engine.snapshot()).providers['gpt-4o']?.keyCount, 1);
});

/** The deck as another process sees it, with its own copies of the keys. */
async function attachTo(deck: TestEngine, context: TestContext, secretOf?: (kid: string) => Secret | undefined) {
	const path = newPath();
	const server = await serveControl({deck: deck.engine, path, root: () => '/project', version: '1'});
	context.after(() => server.close());
	const own = secretOf === undefined ? {} : {secretOf};
	const attached = await attachDeck({path, root: '/project', clock: systemClock, ...own});
	assert.ok(attached);
	context.after(() => attached.close());
	return attached;
}

function throttledFor(seconds: number, at: number): Outcome {
	return {
		kind: 'answered',
		status: 429,
		headers: {'retry-after': String(seconds)},
		body: '',
		timing: {at, latencyMs: 9},
	};
}
