import {readFileSync} from 'node:fs';
import {endianness} from 'node:os';

/** The format is fixed: sqlite.org/fileformat2.html, "The Write-Ahead Log". */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;
/** Where the commit mark, the salts and the check sum lie in a frame's header. */
const COMMIT_AT = 4;
const SALTS_AT = 8;
const SUM_AT = 16;

type Sum = readonly [number, number];

/**
 * Whether a WAL is damaged before its end. SQLite takes the first bad frame for the end of what was committed, which
 * it is after a kill; good commits behind it tell that something was lost. The very last commit cannot be told from
 * one that was never finished. A WAL that is not there or empty is in order.
 */
export function isWalDamaged(path: string): boolean {
	const bytes = readWal(path);
	if (bytes.length < HEADER_BYTES) return false;
	const magic = bytes.readUInt32BE(0);
	const bigEndian = (magic & 1) === 1;
	const pageBytes = bytes.readUInt32BE(8);
	const header = sumOver(bytes.subarray(0, 24), [0, 0], bigEndian);
	const isSound =
		(magic & ~1) >>> 0 === MAGIC && header[0] === bytes.readUInt32BE(24) && header[1] === bytes.readUInt32BE(28);
	if (!isSound) return bytes.some((byte) => byte !== 0);
	const salts = bytes.subarray(16, 24);
	const frames = framesIn(bytes, pageBytes).filter((frame) => frame.subarray(SALTS_AT, SUM_AT).equals(salts));
	let sum: Sum = header;
	const broken = frames.findIndex((frame) => {
		sum = sumOver(frame.subarray(0, SALTS_AT), sum, bigEndian);
		sum = sumOver(frame.subarray(FRAME_HEADER_BYTES), sum, bigEndian);
		return sum[0] !== frame.readUInt32BE(SUM_AT) || sum[1] !== frame.readUInt32BE(SUM_AT + 4);
	});
	return broken !== -1 && frames.slice(broken + 1).some((frame) => frame.readUInt32BE(COMMIT_AT) !== 0);
}

function framesIn(bytes: Buffer, pageBytes: number): readonly Buffer[] {
	const frameBytes = FRAME_HEADER_BYTES + pageBytes;
	const count = Math.floor((bytes.length - HEADER_BYTES) / frameBytes);
	return Array.from({length: count}, (_, place) => {
		const start = HEADER_BYTES + place * frameBytes;
		return bytes.subarray(start, start + frameBytes);
	});
}

/** The check sum of the format, carried on from `before`. */
function sumOver(part: Buffer, before: Sum, bigEndian: boolean): Sum {
	let [first, second] = before;
	const words = wordsOf(part, bigEndian);
	for (let place = 0; place < words.length; place += 2) {
		first = (first + (words[place] ?? 0) + second) >>> 0;
		second = (second + (words[place + 1] ?? 0) + first) >>> 0;
	}
	return [first, second];
}

/** 32-bit words; a copy, for a typed array needs its own alignment. */
function wordsOf(part: Buffer, bigEndian: boolean): Uint32Array {
	const own = Buffer.from(new Uint8Array(part).buffer);
	if (bigEndian !== (endianness() === 'BE')) own.swap32();
	return new Uint32Array(own.buffer, own.byteOffset, own.length / 4);
}

function readWal(path: string): Buffer {
	try {
		return readFileSync(path);
	} catch {
		return Buffer.alloc(0);
	}
}
