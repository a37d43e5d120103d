import type {Snapshot} from '../../source/engine/snapshot.ts';
import {Metrics} from '../../source/service/metrics.ts';
import type {TestEngine} from '../helpers/engine.ts';
import {fixtureSnapshot, now} from '../helpers/snapshot-fixture.ts';
import {Exposition} from './exposition.ts';

/** Counts from now on; `read` gives what it tells then. */
export function metricsOf(deck: TestEngine): {readonly metrics: Metrics; readonly read: () => Exposition} {
	const metrics = new Metrics({deck: deck.engine, clock: deck.clock, version: '1.2.3'});
	return {metrics, read: () => new Exposition(metrics.text())};
}

/** What a deck that stands still tells. */
export function still(snapshot: Snapshot = fixtureSnapshot()): Exposition {
	const deck = {snapshot: () => snapshot, onEvent: () => () => undefined};
	return new Exposition(new Metrics({deck, clock: {now: () => now}, version: '1.2.3'}).text());
}
