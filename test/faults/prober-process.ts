/** A replica that probes when it is its turn: `node prober-process.js <redis url> <vendor url> <interval ms>`. */
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {openEngine} from '../helpers/engine.ts';
import {RealClock} from '../helpers/real-clock.ts';

const [url = '', vendor = '', interval = ''] = process.argv.slice(2);
const store = await openRedisStore({url, prefix: 'deck', pepper: 'p', clock: systemClock, random: Math.random});
const {engine} = await openEngine({
	keys: ['a', 'b', 'c'],
	baseUrls: {openai: vendor},
	probe: {intervalMs: Number(interval)},
	store,
	clock: new RealClock(),
});
engine.start();
process.stdout.write('open\n');
process.stdin.resume();
