import type {Bench} from '../domain/bench.ts';
import type {StateChange} from './store.ts';

export function idOf(change: StateChange): string {
	if (change.kind === 'bench-put') return change.bench.id;
	if (change.kind === 'alert-put') return change.alert.id;
	return change.kind === 'bench-lift' ? change.id : change.model;
}

/** Kind, id, version made from and body, as the saving script takes them. */
export function writtenChange(change: StateChange): (string | number)[] {
	switch (change.kind) {
		case 'bench-put': {
			const {id, version} = change.bench;
			return [change.kind, id, version - 1, `${version} ${JSON.stringify(change.bench)}`];
		}
		case 'bench-lift':
			return [change.kind, change.id, change.version, ''];
		case 'alert-put':
			return [change.kind, change.alert.id, '', JSON.stringify(change.alert)];
		case 'strategy-set':
			return [change.kind, change.model, '', change.strategy];
	}
}

export function keptBench(body: string): Bench {
	return JSON.parse(body.slice(body.indexOf(' ') + 1)) as Bench;
}

export function fresh(bench: Bench): StateChange {
	return {kind: 'bench-put', bench: {...bench, version: 1}};
}

/** What a person or a vendor decided for good outweighs a rest; of two rests the longer one does. */
export function isHeavier(mine: Bench, theirs: Bench): boolean {
	const weight = ({kind, until}: Bench): number => {
		if (kind === 'disabled' || kind === 'draining') return 3;
		if (kind === 'invalid') return 2;
		return until === undefined ? 1 : 0;
	};
	if (weight(mine) !== weight(theirs)) return weight(mine) > weight(theirs);
	return (mine.until ?? Number.POSITIVE_INFINITY) > (theirs.until ?? Number.POSITIVE_INFINITY);
}
