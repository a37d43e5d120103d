import assert from 'node:assert/strict';
import {test} from 'node:test';
import {backoffMs, ejectionBackoff, throttleBackoff} from '../../source/domain/backoff.ts';

test('a backoff doubles each time up to its cap', () => {
	const steps = Array.from({length: 9}, (_, step) => backoffMs(step + 1, throttleBackoff, () => 1));
	assert.deepEqual(steps, [4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
});

test('an ejection rests 30 s first and 15 minutes at most', () => {
	assert.equal(
		backoffMs(1, ejectionBackoff, () => 1),
		30_000,
	);
	assert.equal(
		backoffMs(2, ejectionBackoff, () => 1),
		60_000,
	);
	assert.equal(
		backoffMs(40, ejectionBackoff, () => 1),
		900_000,
	);
});

test('jitter never takes more than half of it away', () => {
	for (let times = 1; times < 12; times++) {
		const whole = backoffMs(times, throttleBackoff, () => 1);
		assert.equal(
			backoffMs(times, throttleBackoff, () => 0),
			whole / 2,
		);
		for (const chance of [0.1, 0.37, 0.999]) {
			const rest = backoffMs(times, throttleBackoff, () => chance);
			assert.ok(rest >= whole / 2 && rest <= whole, `${rest} of ${whole}`);
		}
	}
});

test('a step beyond all counting is still a number', () => {
	assert.equal(
		backoffMs(1_000_000, ejectionBackoff, () => 0),
		450_000,
	);
});
