import {spawn, spawnSync} from 'node:child_process';

const isThere = spawnSync('promtool', ['--version']).error === undefined;

/** For tests that ask Prometheus' own checker. */
export const withPromtool = {skip: isThere ? false : 'needs promtool (apt install prometheus)'};

/** Runs it; gives its exit code and everything it said. */
export function promtool(
	args: readonly string[],
	input = '',
): Promise<{readonly code: number | null; readonly said: string}> {
	return new Promise((resolve, reject) => {
		const child = spawn('promtool', args);
		let said = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (part: string) => {
				said += part;
			});
		}
		child.on('error', reject).on('close', (code) => resolve({code, said}));
		child.stdin.on('error', reject).end(input);
	});
}
