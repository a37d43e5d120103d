/** Writes one thing between `begin` and `done`: `node order-process.js file|save <folder>`. */
import {mkdirSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {systemClock} from '../../source/clock.ts';
import {writeFileAtomically} from '../../source/config/atomic-file.ts';
import {openSqliteStore} from '../../source/stores/sqlite-store.ts';
import {bench, entry} from '../stores/samples.ts';

const [mode, folder = ''] = process.argv.slice(2);
mkdirSync(folder, {recursive: true, mode: 0o700});
const store = openSqliteStore({file: join(folder, 'keydeck.sqlite'), clock: systemClock});
// A group without a sync came before: it must not make the next commit one of its kind.
store.record(entry('k1_a', systemClock.now()));
await systemClock.sleep(400);
writeSync(1, 'begin\n');
if (mode === 'file') await writeFileAtomically(join(folder, 'tokenpool.json'), 'x'.repeat(10_000));
else await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
writeSync(1, 'done\n');
process.exit(0);
