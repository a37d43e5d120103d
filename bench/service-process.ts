import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {systemClock} from '../source/clock.ts';
import {openOwnDeck} from '../source/opening/open-deck.ts';
import {openService} from '../source/service/service.ts';

/** The service over 100 keys in a home of its own. Prints its URLs and ends with its parent. */
const home = process.argv[2] ?? '';
const keys = Array.from({length: 100}, (_, index) => `sk-proj-bench-${String(index).padStart(40, 'x')}`);
writeFileSync(join(home, '.env'), `OPENAI_API_KEYS=${keys.join(',')}\n`, {mode: 0o600});
const own = await openOwnDeck({
	cwd: home,
	env: {KEYDECK_HOME: join(home, 'home'), KEYDECK_OPENAI_BASE_URL: 'http://127.0.0.1:9/v1'},
	flags: {'server.keyPort': '0', 'server.healthPort': '0'},
	clock: systemClock,
	version: 'bench',
});
const {engine, settings} = own;
const service = await openService({engine, settings, clock: systemClock, version: 'bench'});
const {keyUrl, healthUrl, tokenFile} = service;
process.stdout.write(`${JSON.stringify({keyUrl, healthUrl, tokenFile})}\n`);
process.stdin.resume();
process.stdin.on('end', async () => {
	await service.close();
	await own.close();
	process.exit(0);
});
