import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {openSqliteStore} from '../../source/stores/sqlite-store.ts';
import {noon} from './samples.ts';
import {testStoreContract} from './store-contract.ts';

const homes = mkdtempSync(join(tmpdir(), 'keydeck-stores-'));
after(() => rmSync(homes, {recursive: true}));

let opened = 0;
/** Grants of the suite lie at noon: a store whose clock stands elsewhere would find them too old to keep. */
const clock = {...systemClock, now: () => noon};

testStoreContract('sqlite store', async () => {
	opened += 1;
	const file = join(homes, `${opened}`, 'keydeck.db');
	const store = openSqliteStore({file, clock});
	return {
		store,
		async reopen() {
			await store.close();
			return openSqliteStore({file, clock});
		},
	};
});
