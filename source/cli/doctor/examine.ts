import type {Settings} from '../../config/settings.ts';
import type {Deck} from '../../engine/deck.ts';
import {KeydeckError} from '../../errors.ts';
import type {OpenedDeck} from '../../opening/open-deck.ts';
import type {Call} from '../command.ts';
import {openQuietly} from '../deck-use.ts';
import {configurationChecks} from './configuration-checks.ts';
import {fileChecks} from './file-checks.ts';
import {type Finding, groups, inGroup, problem, skipped} from './finding.ts';
import {keyChecks} from './key-checks.ts';
import {machineChecks} from './machine-checks.ts';
import {networkChecks} from './network-checks.ts';
import {portChecks} from './port-checks.ts';
import {redisChecks} from './redis-checks.ts';
import {storeChecks} from './store-checks.ts';

/** Everything that was found, and what the opening of the deck had to say. */
export type Examination = {
	readonly findings: readonly Finding[];
	readonly notes: readonly string[];
	readonly attached: boolean;
};

/** Carries out every check, those that wait for others at the same time. */
export async function examine(call: Call, settings: Settings): Promise<Examination> {
	const now = call.clock.now();
	call.output.progress('Looking at the store');
	const store = storeChecks(settings.home, now);
	const opened = await openedOrWhy(call);
	call.output.progress('Asking the vendors');
	try {
		const deck = 'deck' in opened ? opened : undefined;
		const [network, redis, ports, keys] = await Promise.all([
			networkChecks(settings, call),
			redisChecks(settings, call.clock),
			portChecks(settings, runningPid(deck)),
			deck === undefined ? notAsked() : keyChecks(call, deck),
		]);
		// What changed in .env is weighed by how the keys fared just now.
		const files = await fileChecks(settings, now, deck?.deck);
		const findings = [
			...machineChecks(settings.home, network.skewsMs),
			...files,
			...store,
			...('deck' in opened ? [] : inGroup('store', [problem('opening', opened.message, opened.hint ?? '')])),
			...redis,
			...configurationChecks(settings, deck?.deck.snapshot(), now),
			...ports,
			...network.findings,
			...keys,
		];
		findings.sort((one, other) => groups.indexOf(one.group) - groups.indexOf(other.group));
		return {findings, notes: deck?.notes ?? [], attached: isAttached(deck?.deck)};
	} finally {
		call.output.progress(undefined);
		if ('deck' in opened) await opened.close();
	}
}

/** A store that cannot be opened is a finding, and the other checks go on. */
async function openedOrWhy(call: Call): Promise<OpenedDeck | KeydeckError> {
	try {
		return await openQuietly(call);
	} catch (error) {
		if (error instanceof KeydeckError) return error;
		throw error;
	}
}

async function notAsked(): Promise<readonly Finding[]> {
	return inGroup('keys', [skipped('keys', 'not asked, for the state of this home cannot be opened')]);
}

function isAttached(deck: Deck | undefined): boolean {
	return deck?.attachment === 'attached';
}

/** Process id of the keydeck that runs on this home, from what the opening says of it. */
function runningPid(opened: OpenedDeck | undefined): number | undefined {
	const pid = opened?.notes.map((note) => /\(pid (\d+)\)/.exec(note)?.[1]).find((found) => found !== undefined);
	return pid === undefined ? undefined : Number(pid);
}
