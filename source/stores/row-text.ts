import {crc32} from 'node:zlib';
import type {RollUp} from '../domain/reading.ts';

/** Kept with each row: SQLite finds a torn page, not a flipped bit in a text. */
export function checkSum(...parts: readonly unknown[]): number {
	return crc32(parts.join('\n'));
}

/** Numbers of a sum in the order in which they are kept, in Redis too (`record.lua`); new ones go to the end. */
export const sumFields = [
	'successes',
	'failures',
	'throttled',
	'calls',
	'probes',
	'latencySumMs',
	'latencyCount',
	'latencyMaxMs',
	'tokens',
	'costUsd',
] as const satisfies readonly (keyof RollUp)[];

/** A sum without names: there are hundreds of thousands of them. */
export function numbersOf(sum: RollUp): number[] {
	return sumFields.map((field) => sum[field]);
}

export function sumOfNumbers(kid: string, at: number, numbers: readonly number[]): RollUp {
	const fields = Object.fromEntries(sumFields.map((field, place) => [field, numbers[place] ?? 0]));
	return {kid, at, ...(fields as Omit<RollUp, 'kid' | 'at'>)};
}
