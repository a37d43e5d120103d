import {systemClock} from '../source/clock.ts';
import {startSimulator} from '../source/simulator/simulator.ts';

/** The vendor of the sweep benchmark, in a process of its own: prints its base URL and ends with its parent. */
const simulator = await startSimulator({
	scenario: {vendors: {openai: {keys: [{pattern: 'sk-proj-bench-*'}]}}},
	clock: systemClock,
});
process.stdout.write(`${simulator.baseUrls.openai}\n`);
process.stdin.resume();
process.stdin.on('end', () => void simulator.close());
