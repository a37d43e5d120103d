import {readFile, stat} from 'node:fs/promises';
import type {Clock, Stoppable} from '../clock.ts';
import {InvalidInputError} from '../errors.ts';
import type {Scenario} from './scenario.ts';
import {checkScenario} from './scenario.ts';

const lookEveryMs = 500;

/**
 * Reads and checks a scenario file.
 *
 * @throws InvalidInputError with every problem: unreadable, no JSON, or a field that is wrong.
 */
export async function loadScenario(path: string): Promise<Scenario> {
	const fault = (rule: string, hint: string) => new InvalidInputError([{source: path, path: '', rule, hint}]);
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
		throw fault(`cannot be read${code}`, '`keydeck simulate --example` prints a scenario to begin with');
	}
	let scenario: unknown;
	try {
		scenario = JSON.parse(text.replace(/^\uFEFF/, ''));
	} catch (error) {
		// The parser's own words quote the text around the fault, and that may be a key.
		const place = /line \d+ column \d+/.exec(error instanceof Error ? error.message : '');
		throw fault(`is not JSON${place === null ? '' : ` at ${place[0]}`}`, 'Mend it; the file was not touched');
	}
	return checkScenario(scenario, path);
}

/** What to do when the file changes. */
type ScenarioWatcher = {
	readonly changed: (scenario: Scenario) => void;
	/** The new text is faulty: what runs goes on as it is. */
	readonly refused: (error: InvalidInputError) => void;
};

/** Follows a scenario file that people edit; looks twice a second, so that it survives editors which replace files. */
export function watchScenario(path: string, clock: Clock, {changed, refused}: ScenarioWatcher): Stoppable {
	let seen: string | undefined;
	let isLooking = false;
	let isStopped = false;
	const look = async () => {
		const stamp = await stampOf(path);
		const isFirst = seen === undefined;
		const isSame = stamp === seen;
		seen = stamp;
		if (isFirst || isSame) return;
		const scenario = await loadScenario(path);
		if (!isStopped) changed(scenario);
	};
	const lookOnce = () => {
		if (isLooking) return;
		isLooking = true;
		look()
			.catch((error: unknown) => {
				if (!(error instanceof InvalidInputError)) throw error;
				if (!isStopped) refused(error);
			})
			.finally(() => {
				isLooking = false;
			});
	};
	lookOnce();
	const looking = clock.every(lookEveryMs, lookOnce);
	return {
		stop() {
			isStopped = true;
			looking.stop();
		},
	};
}

/** Changes whenever the file does. */
async function stampOf(path: string): Promise<string> {
	try {
		const {mtimeMs, size, ino} = await stat(path);
		return `${mtimeMs} ${size} ${ino}`;
	} catch {
		return 'absent';
	}
}
