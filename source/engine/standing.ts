import type {Bench} from '../domain/bench.ts';
import type {KeyState} from '../domain/key.ts';
import type {Blame} from '../domain/verdict.ts';
import {unreachable} from '../errors.ts';
import {blocks} from './pools.ts';
import type {Member, Roster} from './roster.ts';
import type {Trouble} from './snapshot.ts';

/** How a key stands over all the models it is listed for. */
export type Standing = {
	/** The bench that decides; undefined for a key in service or never asked. */
	readonly bench: Bench | undefined;
	readonly state: KeyState;
	readonly trouble: Trouble;
	/** Usable now for at least one listed model; undefined while nothing is known. */
	readonly usable: boolean | undefined;
	readonly onlyFor: string | undefined;
};

/** The heaviest bench decides; among equals the one that holds longest. */
const weight: Readonly<Record<Bench['kind'], number>> = {
	disabled: 7,
	draining: 6,
	invalid: 5,
	exhausted: 4,
	forbidden: 3,
	cooling: 2,
	ejected: 1,
};

/** `upstreams`: models of the key's provider that are listed. */
export function standingOf(member: Member, roster: Roster, upstreams: readonly string[]): Standing {
	const general = roster.benchesOn(member);
	const blockedEverywhere = general.some(blocks);
	const ofModels = upstreams.map((model) =>
		roster.benchesOn(member, model).filter((bench) => !general.includes(bench)),
	);
	const someModelFree = ofModels.length === 0 || ofModels.some((benches) => !benches.some(blocks));
	// A model or two that are forbidden leave the key good; with all of them it can do nothing.
	const telling = ofModels.flat().filter((found) => !someModelFree || found.subject.level !== 'key-model');
	const bench = heaviest([...general, ...telling]);
	const known = member.proof.keyAt !== undefined || bench !== undefined;
	const usable = known ? !blockedEverywhere && someModelFree : undefined;
	return {
		bench,
		state: bench === undefined ? {kind: known ? 'active' : 'unknown'} : stateOf(bench),
		trouble: troubleOf(bench, usable),
		usable,
		onlyFor: bench !== undefined && 'model' in bench.subject ? bench.subject.model : undefined,
	};
}

/** Whom a bench is held against. */
export function benchBlame(bench: Bench | undefined): Blame {
	if (bench === undefined) return 'nobody';
	switch (bench.subject.level) {
		case 'key':
		case 'key-model':
			return 'key';
		case 'account':
		case 'account-model':
			return 'account';
		case 'provider':
		case 'provider-model':
			return 'provider';
		case 'network':
			return 'our network';
	}
}

function heaviest(benches: readonly Bench[]): Bench | undefined {
	let best: Bench | undefined;
	for (const bench of benches) if (best === undefined || outweighs(bench, best)) best = bench;
	return best;
}

function outweighs(a: Bench, b: Bench): boolean {
	if (blocks(a) !== blocks(b)) return blocks(a);
	if (weight[a.kind] !== weight[b.kind]) return weight[a.kind] > weight[b.kind];
	return (a.until ?? Number.POSITIVE_INFINITY) > (b.until ?? Number.POSITIVE_INFINITY);
}

function stateOf({kind, until, times, because, recovery}: Bench): KeyState {
	if (recovery !== undefined) return {kind: 'recovering', stage: recovery.stage, because};
	switch (kind) {
		case 'cooling':
			return {kind, until: until ?? because.at, because};
		case 'ejected':
			return {kind, until: until ?? because.at, times, because};
		case 'exhausted':
			return until === undefined ? {kind, because} : {kind, until, because};
		case 'invalid':
		case 'forbidden':
		case 'draining':
		case 'disabled':
			return {kind, because};
		default:
			return unreachable(kind);
	}
}

function troubleOf(bench: Bench | undefined, usable: boolean | undefined): Trouble {
	if (usable === undefined) return 'unknown';
	if (bench === undefined || usable) return 'serving';
	if (bench.kind === 'disabled' || bench.kind === 'draining') return 'off';
	if (bench.kind === 'invalid' || bench.kind === 'forbidden') return 'needs-you';
	return bench.until === undefined ? 'needs-you' : 'resting';
}
