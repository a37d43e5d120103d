import assert from 'node:assert/strict';
import {setTimeout as sleep} from 'node:timers/promises';
import type {LimitCheck} from '../../source/domain/limit.ts';
import type {Store} from '../../source/stores/store.ts';
import {percentile} from './replicas.ts';

export const perSecond = 200;
/** Another process that takes the processor for a moment looks like a slow hand-out: then the fault is suffered again. */
const attempts = 3;

export type HandOut = readonly [at: number, ms: number, granted: boolean];

const wide: LimitCheck = {id: 'key k1_a requests-minute', capacity: 1e6, refillMs: 1, cost: 1};

/** Reserves and releases evenly until told to stop; gives when each was asked for and how long it took. */
export function handOut(store: Store, name: string): {readonly stop: () => Promise<readonly HandOut[]>} {
	let stopped = false;
	const asked: Promise<HandOut>[] = [];
	const ask = async (index: number): Promise<HandOut> => {
		const now = Date.now();
		const before = performance.now();
		const leaseId = `${name} ${index}`;
		const request = {leaseId, provider: 'openai', model: 'gpt-4o', servedBy: 'gpt-4o', now, expiresAt: now + 60_000};
		const {granted} = await store.reserve({...request, offers: [{kid: 'k1_a', checks: [wide]}]});
		const tookMs = performance.now() - before;
		if (granted) void store.release(leaseId, Date.now());
		return [before, tookMs, granted];
	};
	const running = (async () => {
		const start = performance.now();
		for (let index = 0; !stopped; index++) {
			const waitMs = start + (index * 1000) / perSecond - performance.now();
			if (waitMs > 1) await sleep(waitMs);
			asked.push(ask(index));
		}
	})();
	return {
		stop: async () => {
			stopped = true;
			await running;
			return Promise.all(asked);
		},
	};
}

/** How long after `since` every store is normal, ms. */
export async function normalAgain(stores: readonly Store[], since: number): Promise<number> {
	const isNormal = () => stores.every((store) => store.condition().state === 'ok');
	while (!isNormal() && performance.now() - since < 15_000) await sleep(10);
	return performance.now() - since;
}

/** What was handed out while a fault lasted. */
export function during(told: readonly HandOut[], beganAt: number, endedAt: number) {
	const all = told.filter(([at]) => at >= beganAt && at < endedAt);
	const took = (from: number, to: number) => all.filter(([at]) => at >= from && at < to).map(([, ms]) => ms);
	return {
		calls: all.length,
		granted: all.filter(([, , granted]) => granted).length,
		firstMs: percentile(took(beganAt, beganAt + 1000), 0.99),
		afterMs: percentile(took(beganAt + 1000, endedAt), 0.99),
		slowestMs: Math.max(...all.map(([, ms]) => ms)),
	};
}

/** Words for what took longer than it may. */
export function tooSlow(firstMs: number, afterMs: number, backMs: number): readonly string[] {
	return [
		...(firstMs <= 150 ? [] : [`first second: ${firstMs} ms`]),
		...(afterMs <= 10 ? [] : [`after: ${afterMs} ms`]),
		...(backMs <= 2000 ? [] : [`normal again after ${backMs} ms`]),
	];
}

/** `suffer` asserts what must hold and gives what was too slow. */
export async function sufferAgain(suffer: () => Promise<readonly string[]>): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		const slow = await suffer();
		if (slow.length === 0) return;
		assert.ok(attempt < attempts, slow.join(', '));
	}
}

export const ms = (value: number): string => `${value.toFixed(1)} ms`;
