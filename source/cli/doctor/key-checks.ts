import type {TestResult} from '../../engine/deck.ts';
import type {Snapshot} from '../../engine/snapshot.ts';
import type {OpenedDeck} from '../../opening/open-deck.ts';
import type {Call} from '../command.ts';
import {type Finding, fine, inGroup, problem, skipped, warning} from './finding.ts';

/** Key checks end after this, whatever a vendor does. */
const patienceMs = 12_000;

/** Asks the vendors about every key, free; the engine that runs does it when there is one. */
export async function keyChecks(call: Call, {deck}: OpenedDeck): Promise<readonly Finding[]> {
	const {keys} = deck.snapshot();
	if (keys.length === 0) return inGroup('keys', [skipped('keys', 'no key is configured')]);
	const testing = deck.test({}, (done, total) => call.output.progress(`Checking keys ${done}/${total}`));
	const late = call.clock.sleep(patienceMs, call.signal).then(() => undefined);
	const results = await Promise.race([testing, late]);
	call.output.progress(undefined);
	if (results === undefined) {
		// The deck is closed soon, which ends the test.
		testing.catch(() => undefined);
		const says = `the vendors did not answer for all ${keys.length} keys within ${patienceMs / 1000} s`;
		return inGroup('keys', [warning('keys', says, 'Look at the network checks, then: keydeck test')]);
	}
	const snapshot = deck.snapshot();
	return inGroup(
		'keys',
		results.map((result) => keyFinding(result, snapshot)),
	);
}

/** Troubles that are no fault of a key: it comes back by itself, was switched off, or could not be asked. */
const mild: readonly unknown[] = ['resting', 'off', 'unknown'];

function keyFinding({kid, label, ok, state, why, latencyMs}: TestResult, {keys}: Snapshot) {
	if (ok) return fine(label, latencyMs === null ? state : `${state}, ${Math.round(latencyMs)} ms`);
	const view = keys.find((key) => key.kid === kid);
	const says = why === '' ? state : `${state}: ${why}`;
	const next = view?.advice ?? 'keydeck report tells more';
	return mild.includes(view?.trouble) ? warning(label, says, next) : problem(label, says, next);
}
