import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer, type Socket} from 'node:net';
import {test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {attachDeck} from '../../source/control/attached-deck.ts';
import type {Snapshot} from '../../source/engine/snapshot.ts';
import {InvalidInputError, KeydeckError} from '../../source/errors.ts';
import type {EngineEvent} from '../../source/events.ts';
import {SampleDeck, sampleResult} from './sample-deck.ts';
import {attach, fact, newPath, serve, serveAndAttach, until} from './served-deck.ts';

test('nobody listening is no deck', async () => {
	assert.equal(await attach(newPath()), undefined);
});

test('an attached deck tells whose engine it is', async (context) => {
	const {attached} = await serveAndAttach(context);
	assert.deepEqual([attached.attachment, attached.pid, attached.version], ['attached', process.pid, '0.1.0']);
});

test('a one-shot client costs one snapshot and no watching', async (context) => {
	const {deck, attached} = await serveAndAttach(context);
	const before = deck.snapshots;
	const sent = (snapshot: Snapshot) => JSON.parse(JSON.stringify(snapshot));
	assert.deepEqual(sent(attached.snapshot()), sent(new SampleDeck().snapshot()));
	assert.deepEqual(attached.snapshot().keys[0]?.day, [undefined, {calls: 1, probes: 2}, undefined]);
	deck.publish(fact);
	await attached.why('gpt-4o');
	assert.deepEqual([deck.snapshots, deck.listeners], [before, 0]);
});

test('reads answer as the deck itself does', async (context) => {
	const {deck, attached} = await serveAndAttach(context);
	assert.deepEqual(await attached.keyHistory('k1_a', 20), await deck.keyHistory('k1_a', 20));
	assert.deepEqual(await attached.dryRun('gpt-4o', undefined, 10), await deck.dryRun('gpt-4o', undefined, 10));
	assert.deepEqual(await attached.dryRun('gpt-4o', 'sticky', 10), await deck.dryRun('gpt-4o', 'sticky', 10));
	assert.deepEqual(await attached.why('gpt-4o'), await deck.why('gpt-4o'));
	assert.equal(await attached.deepTestPrice({deep: true}), 0.001);
	assert.equal(await attached.deepTestPrice({}), undefined);
});

test('actions reach the deck', async (context) => {
	const {deck, attached} = await serveAndAttach(context);
	await attached.setDuty('k1_a', 'off', 'ann');
	await attached.setStrategy('gpt-4o', 'sticky', 'ann');
	await attached.acknowledgeAlert('one', 'ann');
	await attached.silenceAlert('one', 99);
	assert.deepEqual(deck.told, [
		['setDuty', 'k1_a', 'off', 'ann'],
		['setStrategy', 'gpt-4o', 'sticky', 'ann'],
		['acknowledgeAlert', 'one', 'ann'],
		['silenceAlert', 'one', 99],
	]);
});

test('a test tells its progress and gives its results whole', async (context) => {
	const {deck, attached} = await serveAndAttach(context);
	const progress: number[][] = [];
	const results = await attached.test({kids: ['k1_a'], deep: true}, (done, total) => progress.push([done, total]));
	assert.deepEqual(results, [sampleResult]);
	assert.deepEqual(progress, [
		[1, 2],
		[2, 2],
	]);
	assert.deepEqual(deck.told, [{kids: ['k1_a'], deep: true}]);
	await attached.test({});
});

test('errors keep their code, hint and problems; an unforeseen one shows nothing of itself', async (context) => {
	const {attached} = await serveAndAttach(context);
	await assert.rejects(attached.setStrategy('gpt-9', 'sticky', 'ann'), {
		name: 'KeydeckError',
		code: 'UNKNOWN_MODEL',
		message: 'no model gpt-9',
		hint: 'see keydeck models',
	});
	await assert.rejects(
		attached.acknowledgeAlert('bad', 'ann'),
		(error) => error instanceof InvalidInputError && error.problems[0]?.rule === 'must be known',
	);
	await assert.rejects(
		attached.silenceAlert('bug', 1),
		(error) => error instanceof KeydeckError && error.code === 'INTERNAL' && !error.message.includes('sk-'),
	);
	await assert.rejects(attached.keyHistory('', 0), {code: 'BAD_REQUEST'});
	assert.equal((await attached.why('gpt-4o')).model, 'gpt-4o', 'the connection goes on');
});

test('a watching client is told events at once and changes at most twice a second', async (context) => {
	const {deck, attached} = await serveAndAttach(context);
	const events: EngineEvent[] = [];
	let changes = 0;
	const ends = [attached.onEvent((event) => events.push(event)), attached.subscribe(() => (changes += 1))];
	await until(() => changes === 1);
	const before = deck.snapshots;
	for (let index = 0; index < 50; index += 1) deck.publish(fact);
	await until(() => events.length === 50 && changes === 2);
	assert.deepEqual(
		events.map(({seq}) => seq),
		Array.from({length: 50}, (_, index) => index + 1),
	);
	assert.equal(attached.snapshot().events.length, 50);
	deck.publish(fact);
	await until(() => events.length === 51);
	assert.equal(deck.snapshots, before + 1, 'the next snapshot waits for its time');
	for (const end of ends) end();
	await until(() => deck.listeners === 0);
});

test('the engine is followed only as long as a watching client is there', async (context) => {
	const {deck, attached} = await serveAndAttach(context);
	attached.subscribe(() => undefined);
	await until(() => deck.listeners === 1);
	await attached.close();
	await until(() => deck.listeners === 0);
});

test('events left out while a client was behind are told from the next snapshot, in order and once', async (context) => {
	const {deck, attached} = await serveAndAttach(context);
	const told: number[] = [];
	attached.onEvent(({seq}) => told.push(seq));
	await until(() => deck.listeners === 1);
	// The first fills the socket, so that the others cannot follow it at once.
	const long = {type: 'alert.fired', alertId: 'one', severity: 'high', message: 'x'.repeat(500_000)} as const;
	for (let index = 0; index < 10; index += 1) deck.publish(long);
	deck.publish(fact);
	await until(() => told.length >= 11);
	deck.publish(fact);
	await until(() => told.length >= 12);
	assert.deepEqual(
		told,
		Array.from({length: 12}, (_, index) => index + 1),
	);
});

test('a client of another configuration root is refused, and both are named', async (context) => {
	const {path} = await serve(context);
	await assert.rejects(attach(path, '/elsewhere'), {
		code: 'OTHER_ROOT',
		message: /\/project.*\/elsewhere/,
		hint: /KEYDECK_HOME/,
	});
});

test('when the owner goes away, calls under way fail, later ones too, and it is told once', async (context) => {
	const {attached, server} = await serveAndAttach(context);
	const told: KeydeckError[] = [];
	attached.onClosed((error) => told.push(error));
	const hanging = attached.test({model: 'hang'});
	const refused = assert.rejects(hanging, {code: 'OWNER_GONE', message: new RegExp(`${process.pid}`), hint: /again/});
	await systemClock.sleep(10);
	await server.close();
	await refused;
	await assert.rejects(attached.why('gpt-4o'), {code: 'OWNER_GONE'});
	assert.deepEqual(
		told.map(({code}) => code),
		['OWNER_GONE'],
	);
	assert.equal(attached.snapshot().root, '/project', 'the last picture stays');
});

test('closing an attached deck ends its calls and tells nobody; closing twice is harmless', async (context) => {
	const {attached} = await serveAndAttach(context);
	attached.onClosed(() => assert.fail('it was us'));
	const refused = assert.rejects(attached.test({model: 'hang'}), {code: 'CLOSED'});
	await attached.close();
	await attached.close();
	await refused;
});

test('a process that hangs is told from one that is not there', {timeout: 5000}, async (context) => {
	const {path, server} = await serve(context);
	await server.close();
	const sockets: Socket[] = [];
	const silent = createServer((socket) => sockets.push(socket)).listen(path);
	await once(silent, 'listening');
	const hasty = {...systemClock, after: (delayMs: number, task: () => void) => systemClock.after(delayMs / 50, task)};
	await assert.rejects(attachDeck({path, root: '/project', clock: hasty}), {code: 'OWNER_SILENT'});
	for (const socket of sockets) socket.destroy();
	silent.close();
});
