/** `npm run crash -- 1000`: kills a writing process so many times and prints what became of its files. */
import {crash} from './crash.ts';
import {printTable} from './print-table.ts';

const rounds = Number(process.argv[2] ?? 1000);
const began = performance.now();
const tally = await crash(rounds);
printTable(`${rounds} SIGKILLs in ${Math.round((performance.now() - began) / 1000)} s`, Object.entries(tally));
process.exitCode = tally.lost + tally.filesCut + tally.damaged === 0 ? 0 : 1;
