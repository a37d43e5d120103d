import {callsElsewhere} from './redis-calls.ts';
import type {Told} from './redis-follower.ts';
import type {RedisHistory} from './redis-history.ts';
import type {RedisLeases} from './redis-leases.ts';
import type {RedisState} from './redis-state.ts';
import type {ForeignChange, Knowledge} from './store.ts';

type Parts = {
	/** Id of this replica, which need not be told what it did. */
	readonly replica: string;
	readonly state: RedisState;
	readonly history: RedisHistory;
	readonly leases: RedisLeases;
};

/** Takes in what the others told and gives it as changes, in that order. */
export function takeIn(told: readonly Told[], parts: Parts): ForeignChange[] {
	for (const entry of told) if (!entry.has('called')) parts.state.noteEntry(entry.get('id') ?? '');
	return told.filter((entry) => entry.get('from') !== parts.replica).flatMap((entry) => takeInOne(entry, parts));
}

function takeInOne(entry: Told, {state, history, leases}: Parts): ForeignChange[] {
	const changes: ForeignChange[] = [];
	const saved = entry.get('saved');
	if (saved !== undefined) {
		const received = state.received(saved);
		state.mirror(received);
		changes.push(...received);
	}
	const learned = entry.get('learned');
	if (learned !== undefined) {
		for (const knowledge of JSON.parse(learned) as Knowledge[]) changes.push({kind: 'knowledge', knowledge});
	}
	const recorded = entry.get('recorded');
	if (recorded !== undefined) changes.push({kind: 'entries', entries: history.received(recorded)});
	const called = entry.get('called');
	if (called !== undefined) {
		const calls = callsElsewhere(entry.get('from') ?? '', called);
		leases.endedElsewhere(calls.ended);
		changes.push({kind: 'calls', calls});
	}
	return changes;
}
