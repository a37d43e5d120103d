import {systemClock} from '../source/clock.ts';
import {startSimulator} from '../source/simulator/simulator.ts';

/** The vendor of the sweep benchmark, in a process of its own: takes its latency in ms, prints its base URL, ends with its parent. */
const simulator = await startSimulator({
	scenario: {vendors: {openai: {keys: [{pattern: 'sk-proj-bench-*'}], latencyMs: Number(process.argv[2])}}},
	clock: systemClock,
});
process.stdout.write(`${simulator.baseUrls.openai}\n`);
process.stdin.resume();
process.stdin.on('end', () => void simulator.close());
