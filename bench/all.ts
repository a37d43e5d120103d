import {benchAcquireStore} from './acquire-store.ts';
import {benchFirstFrame} from './first-frame.ts';
import {benchRedisStore} from './redis-store.ts';
import {benchService} from './service.ts';
import {benchStrategies} from './strategies.ts';
import {benchSweep} from './sweep.ts';

/** Runs every benchmark and prints its table; a name as argument runs only that one. */
const benches: Readonly<Record<string, () => void | Promise<void>>> = {
	strategies: benchStrategies,
	'acquire-store': benchAcquireStore,
	'redis-store': benchRedisStore,
	sweep: benchSweep,
	service: benchService,
	'first-frame': benchFirstFrame,
};

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
	if (wanted.length === 0 || wanted.includes(name)) await bench();
}
