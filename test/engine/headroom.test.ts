import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {LimitReading} from '../../source/domain/limit.ts';
import {headroomOf} from '../../source/engine/headroom.ts';
import {now} from '../domain/cases.ts';

type Told = LimitReading & {readonly model?: string};

function told(more: Partial<Told> = {}): Told {
	return {kind: 'requests-minute', limit: 100, remaining: 40, resetAt: now + 30_000, at: now, from: 'header', ...more};
}

describe('headroom', () => {
	const {resetAt: _, ...undated} = told();
	const {remaining: __, ...unmeasured} = told();
	const rows: readonly [string, readonly Told[], number | undefined][] = [
		['is unknown when the vendor told none', [], undefined],
		['is unknown when only the limit was told', [unmeasured], undefined],
		['is the share that is left', [told()], 0.4],
		['is that of the tightest window', [told(), told({kind: 'tokens-minute', limit: 1000, remaining: 50})], 0.05],
		['is whole again once the window has been reset', [told({resetAt: now})], 1],
		['of a window without a reset is believed for a minute', [{...undated, at: now - 59_999}], 0.4],
		['of a window without a reset is forgotten after that', [{...undated, at: now - 60_000}], 1],
		['never leaves 0 to 1', [told({remaining: 900})], 1],
		['does not look at windows of other models', [told({model: 'other', remaining: 0}), told()], 0.4],
		['looks at windows of its model', [told({model: 'gpt-4o', remaining: 10}), told()], 0.1],
		['does not look at a window that has no size', [told({limit: 0, remaining: 0})], undefined],
	];
	for (const [name, limits, expected] of rows) {
		test(name, () => {
			const member = {limits: new Map(limits.map((limit, place) => [`${place}`, limit]))};
			assert.equal(headroomOf(member, now, 'gpt-4o'), expected);
		});
	}
});
