import assert from 'node:assert/strict';
import {renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import type {Clock} from '../../source/clock.ts';
import {watchSettings} from '../../source/config/watch.ts';
import {workspace} from './workspace.ts';

/** A clock whose only period is moved by hand. */
function handClock() {
	let task = () => {};
	let stopped = false;
	const clock: Pick<Clock, 'every'> = {
		every(everyMs, given) {
			assert.equal(everyMs, 1000);
			task = given;
			return {
				stop() {
					stopped = true;
				},
			};
		},
	};
	return {
		clock,
		seconds(count: number) {
			for (let at = 0; at < count; at++) if (!stopped) task();
		},
	};
}

test('a file that changes, comes, goes or is replaced is told once, after it was still', (t) => {
	const {root, write} = workspace(t);
	const {clock, seconds} = handClock();
	write('.env', 'A=1');
	let told = 0;
	const watching = watchSettings([join(root, '.env'), join(root, 'shared', 'tokenpool.json')], clock, () => told++);
	const steps: readonly [string, () => void][] = [
		['changed', () => writeFileSync(join(root, '.env'), 'A=12')],
		['came', () => write('shared/tokenpool.json', '{}')],
		[
			'replaced',
			() => {
				write('.env.new', 'A=34');
				renameSync(join(root, '.env.new'), join(root, '.env'));
			},
		],
		['went', () => rmSync(join(root, '.env'))],
	];
	seconds(3);
	assert.equal(told, 0);
	for (const [index, [name, act]] of steps.entries()) {
		act();
		seconds(1);
		assert.equal(told, index, `${name}: not yet still`);
		seconds(3);
		assert.equal(told, index + 1, name);
	}
	watching.stop();
	watching.stop();
	write('.env', 'A=5');
	seconds(3);
	assert.equal(told, steps.length);
});

test('a file that is being written is told when it is done', (t) => {
	const {root} = workspace(t);
	const {clock, seconds} = handClock();
	let told = 0;
	watchSettings([join(root, '.env')], clock, () => told++);
	for (let size = 1; size <= 4; size++) {
		writeFileSync(join(root, '.env'), 'x'.repeat(size));
		seconds(1);
	}
	assert.equal(told, 0);
	seconds(1);
	assert.equal(told, 1);
});
