import {systemClock} from '../../source/clock.ts';
import {snapshotFixture} from './fixtures.ts';
import {MemoryDeck} from './memory-deck.ts';

// A process of its own for the tests in a real terminal: `node pty-program.js`.
process.env.NODE_ENV = 'production';
const {runDashboard} = await import('../../components/dashboard.tsx');

const deck = new MemoryDeck(snapshotFixture());
process.exitCode = await runDashboard({
	deck,
	clock: systemClock,
	env: {noColor: Boolean(process.env.NO_COLOR)},
	stdin: process.stdin,
	stdout: process.stdout,
});
process.stdout.write(`asked: ${deck.asked.join(', ')}\n`);
