/**
 * A process of its own for the control socket's tests: `node control-process.js <path>`. Serves a
 * sample deck there and prints `serving`, or the code and message of the refusal, and ends.
 */
import {serveControl} from '../../source/control/control-server.ts';
import {KeydeckError} from '../../source/errors.ts';
import {SampleDeck} from './sample-deck.ts';

const [path = ''] = process.argv.slice(2);
try {
	await serveControl({deck: new SampleDeck(), path, root: () => '/project', version: '0.1.0'});
	process.stdout.write('serving\n');
} catch (error) {
	process.stdout.write(error instanceof KeydeckError ? `${error.code} ${error.message}\n` : `${String(error)}\n`);
}
