import type {Clock} from '../clock.ts';
import type {HistoryEntry} from '../domain/reading.ts';
import {unreachable} from '../errors.ts';
import type {EventHub} from '../events.ts';
import type {ForeignChange} from '../stores/store.ts';
import type {StrategyName} from '../strategies/strategy.ts';
import type {Alerter} from './alerter.ts';
import type {Assessor} from './assessor.ts';
import type {Elsewhere} from './elsewhere.ts';
import type {Pools} from './pools.ts';
import type {Prober} from './prober.ts';
import {learnFromAnother, type Member, type Roster} from './roster.ts';

type Parts = {
	readonly roster: Roster;
	readonly pools: Pools;
	readonly assessor: Assessor;
	readonly alerter: Alerter;
	readonly prober: Prober;
	readonly elsewhere: Elsewhere;
	readonly events: EventHub;
	readonly clock: Clock;
	readonly changed: () => void;
	/** Chosen by people, per model. */
	readonly strategies: Map<string, string>;
};

/** Puts what other replicas did into force. */
export function takeOver(changes: readonly ForeignChange[], parts: Parts): void {
	const touched = new Set<Member>();
	for (const change of changes) {
		for (const member of takeOverOne(change, parts)) touched.add(member);
	}
	if (touched.size > 0) parts.pools.refresh(touched, parts.clock.now());
	parts.changed();
}

/** Gives the keys of which something was learned. */
function takeOverOne(change: ForeignChange, parts: Parts): Member[] {
	const {roster, assessor, alerter, prober, elsewhere} = parts;
	switch (change.kind) {
		case 'bench-put':
		case 'bench-lift':
			assessor.follow(change);
			return [];
		case 'alert-put':
			alerter.follow(change.alert);
			return [];
		case 'strategy-set':
			adoptStrategy(change.model, change.strategy as StrategyName, parts);
			return [];
		case 'entries':
			return change.entries.flatMap((entry) => remember(entry, roster));
		case 'knowledge': {
			const member = roster.get(change.knowledge.kid);
			if (member === undefined) return [];
			learnFromAnother(member, change.knowledge);
			const {account} = change.knowledge;
			if (account !== undefined && member.key.account === undefined) roster.learnAccount(member, account);
			return [member];
		}
		case 'calls':
			elsewhere.follow(change.calls);
			return [];
		case 'role':
			prober.takeOver();
			return [];
		default:
			return unreachable(change);
	}
}

function adoptStrategy(model: string, strategy: StrategyName, {strategies, pools, events, clock}: Parts): void {
	strategies.set(model, strategy);
	const now = clock.now();
	const own = [...pools.all()].find(({entry, aside}) => entry.name === model && !aside);
	if (own !== undefined) pools.setStrategy(own, strategy, now);
	events.publish({type: 'strategy.changed', model, strategy, by: 'another replica'}, now);
}

function remember(entry: HistoryEntry, roster: Roster): Member[] {
	const member = roster.get(entry.kid);
	if (member === undefined) return [];
	member.vitals.add(entry);
	if ((member.lastEntry?.at ?? 0) <= entry.at) member.lastEntry = entry;
	const isError = entry.counted === 'failure' || entry.verdict === 'throttled';
	if (isError && (member.lastErrorEntry?.at ?? 0) <= entry.at) member.lastErrorEntry = entry;
	return [member];
}
