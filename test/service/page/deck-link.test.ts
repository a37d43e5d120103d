import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {connectionLine} from '../../../source/service/page/connection-words.ts';
import {DeckLink} from '../../../source/service/page/deck-link.ts';
import {reconnectDelayMs} from '../../../source/service/page/reconnect.ts';
import {Session} from '../../../source/service/page/session.ts';
import type {GateAnswer, LineEvents, Wire} from '../../../source/service/page/wire.ts';
import {SimulatedClock} from '../../helpers/simulated-clock.ts';
import {fixtureSnapshot} from '../../helpers/snapshot-fixture.ts';

type Sent = {readonly id: number; readonly method: string; readonly params: unknown};

/** A server at the other end of the wire that does what the test says. */
class ScriptedServer implements Wire {
	gate: (token: string | undefined) => GateAnswer = () => ({kind: 'welcome'});
	readonly sent: Sent[] = [];
	readonly tokens: (string | undefined)[] = [];
	line: LineEvents | undefined;

	async ask(token: string | undefined): Promise<GateAnswer> {
		return this.gate(token);
	}

	open(token: string | undefined, events: LineEvents) {
		this.tokens.push(token);
		this.line = events;
		return {send: (text: string) => this.sent.push(JSON.parse(text)), close: () => undefined};
	}

	say(frame: object): void {
		this.line?.message(JSON.stringify(frame));
	}

	greet(): void {
		this.say({hello: {root: '/home/kim/agents', pid: 1, version: '0.1.0', startedAt: 0}});
	}

	last(method: string): Sent {
		const found = this.sent.findLast((call) => call.method === method);
		assert.ok(found, `${method} was not called`);
		return found;
	}
}

async function opened(token?: string) {
	const clock = new SimulatedClock();
	const server = new ScriptedServer();
	const kept = {token};
	const vault = {
		read: () => kept.token,
		keep: (given: string | undefined) => {
			kept.token = given;
		},
	};
	const link = new DeckLink({wire: server, clock, random: () => 1, token});
	const session = new Session({link, clock, vault});
	session.start();
	await clock.advance(0);
	return {clock, server, session, kept};
}

async function live(token?: string) {
	const all = await opened(token);
	all.server.greet();
	all.server.say({snapshot: fixtureSnapshot()});
	return all;
}

describe('the pause before a new try', () => {
	test('doubles from half a second up to ten', () => {
		const delays = [1, 2, 3, 4, 5, 6, 7, 60].map((failures) => reconnectDelayMs(failures, 1));
		assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
	});

	test('is half chance, but never under half a second', () => {
		assert.equal(reconnectDelayMs(6, 0), 5000);
		assert.equal(reconnectDelayMs(1, 0), 500);
	});
});

describe('the link of the page', () => {
	test('watches as soon as the server has introduced itself', async () => {
		const {server, session} = await live();
		assert.equal(session.state.kind, 'live');
		assert.equal(server.sent[0]?.method, 'watch');
		assert.equal(session.snapshot?.root, '/home/kim/agents');
	});

	test('keeps the last picture while disconnected and goes on by itself', async () => {
		const {clock, server, session} = await live();
		server.line?.closed(1006);
		await clock.advance(400);
		const line = connectionLine(session.state, clock.now(), session.pictureAt);
		assert.match(
			line,
			/^Disconnected since \d\d:\d\d:\d\d · picture 0s old · the connection was lost · next try in 1s$/,
		);
		assert.ok(session.snapshot);
		await clock.advance(200);
		server.greet();
		assert.equal(session.state.kind, 'live');
		assert.equal(server.sent.filter(({method}) => method === 'watch').length, 2);
	});

	test('tries at once when the network is back', async () => {
		const {clock, server, session} = await live();
		server.gate = () => ({kind: 'failed', why: 'the server does not answer'});
		server.line?.closed(1006);
		await clock.advance(60_000);
		server.gate = () => ({kind: 'welcome'});
		session.wake();
		await clock.advance(0);
		server.greet();
		assert.equal(session.state.kind, 'live');
	});

	test('gives up a line that shows no sign of life', async () => {
		const {clock, server, session} = await live();
		await clock.advance(30_000);
		server.say({id: server.last('watch').id});
		await clock.advance(30_000);
		assert.equal(session.state.kind, 'live');
		await clock.advance(5000);
		assert.equal(session.state.kind, 'offline');
	});

	test('asks for a token where one is needed, and says when it was wrong', async () => {
		const {clock, server, session, kept} = await opened();
		server.line?.closed(1006);
		server.gate = (token) => (token === 'good' ? {kind: 'welcome'} : {kind: 'refused'});
		await clock.advance(600);
		assert.deepEqual(session.state, {kind: 'token', reason: 'needed'});
		session.giveToken('bad');
		await clock.advance(0);
		assert.deepEqual(session.state, {kind: 'token', reason: 'wrong'});
		assert.equal(kept.token, undefined);
		session.giveToken('good');
		await clock.advance(0);
		assert.equal(server.tokens.at(-1), 'good');
		assert.equal(kept.token, 'good');
	});

	test('waits out a lockout and tries again by itself', async () => {
		const {clock, server, session} = await opened('bad');
		server.gate = () => ({kind: 'locked-out', retryAfterMs: 8000});
		server.line?.closed(1006);
		await clock.advance(1000);
		assert.match(
			connectionLine(session.state, clock.now(), undefined),
			/^Too many wrong tokens: try again in \ds, at /,
		);
		server.gate = () => ({kind: 'welcome'});
		await clock.advance(8000);
		server.greet();
		assert.equal(session.state.kind, 'live');
	});

	test('asks again when the token was revoked', async () => {
		const {server, session, kept} = await live('old');
		server.line?.closed(4401);
		assert.deepEqual(session.state, {kind: 'token', reason: 'revoked'});
		assert.equal(kept.token, undefined);
	});
});

describe('an action', () => {
	const refusal = {code: 'TOKEN_REQUIRED', message: 'this takes the token'};

	test('that takes a token is repeated once there is one', async () => {
		const {clock, server, session} = await live();
		const done = session.acknowledge('a1');
		server.say({id: server.last('acknowledgeAlert').id, error: refusal});
		await clock.advance(0);
		assert.equal(session.actionNeedsToken, true);
		session.giveToken('good');
		await clock.advance(0);
		server.greet();
		await clock.advance(0);
		const again = server.last('acknowledgeAlert');
		assert.deepEqual(again.params, {id: 'a1', by: 'web page'});
		server.say({id: again.id});
		await done;
		assert.equal(session.notice?.text, 'Alert acknowledged.');
		assert.equal(session.actionNeedsToken, false);
	});

	test('is dropped when nobody has a token', async () => {
		const {clock, server, session} = await live();
		const done = session.silence('a1', 900_000);
		server.say({id: server.last('silenceAlert').id, error: refusal});
		await clock.advance(0);
		session.giveToken(undefined);
		await done;
		assert.equal(session.actionNeedsToken, false);
		assert.equal(session.state.kind, 'live');
	});

	test('that is refused says why and what to do', async () => {
		const {server, session} = await live();
		const done = session.setDisabled({kid: 'k1_x', label: 'X'}, true);
		server.say({id: server.last('setDuty').id, error: {code: 'UNKNOWN_KEY', message: 'no key', hint: 'look'}});
		await done;
		assert.deepEqual([session.notice?.tone, session.notice?.text], ['bad', 'no key · look']);
	});

	test('under way when the line is lost says so', async () => {
		const {server, session} = await live();
		const done = session.test(['k1_x']);
		server.line?.closed(1006);
		await done;
		assert.match(session.notice?.text ?? '', /connection to keydeck was lost/);
	});
});
