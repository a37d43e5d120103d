import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crash} from './crash.ts';
import {printTable} from './print-table.ts';

test('100 kills at random moments lose no acknowledged write and cut no file', async () => {
	const tally = await crash(100);
	printTable('100 SIGKILLs', Object.entries(tally));
	assert.deepEqual([tally.lost, tally.filesCut, tally.damaged], [0, 0, 0]);
	assert.ok(tally.killedWhileOpening > 3, 'some died in a migration, a snapshot or a recovery');
	assert.ok(tally.acknowledged > 1000, 'the writer got to write');
});
