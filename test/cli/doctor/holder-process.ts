/** Keeps the engine of the current project open until it is killed; prints `open`. */
import {systemClock} from '../../../source/clock.ts';
import {openDeck} from '../../../source/opening/open-deck.ts';

const {env} = process;
await openDeck({cwd: process.cwd(), env, clock: systemClock, version: '0.0.0', flags: {}, live: true});
process.stdout.write('open\n');
setInterval(() => undefined, 60_000);
