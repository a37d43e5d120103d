import {createHmac} from 'node:crypto';
import type {Kid} from '../domain/key.ts';
import type {Secret} from '../secret.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const kidLength = 26;

/**
 * Identity of a key: `k1_` and 26 base32 characters (130 bits) of HMAC-SHA256 under the pepper; `hash` is the
 * HMAC's first 8 hex characters, for display only. Without the pepper neither tells whether a key is ours.
 * `pepper`: 64 hex characters.
 */
export function kidOf(pepper: Secret, provider: string, key: Secret): {readonly kid: Kid; readonly hash: string} {
	const digest = createHmac('sha256', Buffer.from(pepper.reveal(), 'hex'))
		.update(`kid|v1|${provider}|${key.reveal()}`)
		.digest();
	return {kid: `k1_${base32(digest).slice(0, kidLength)}`, hash: digest.toString('hex', 0, 4)};
}

/** Tells whether two peppers are the same one, and nothing else of them. */
export function pepperFingerprint(pepper: Secret): string {
	const digest = createHmac('sha256', Buffer.from(pepper.reveal(), 'hex')).update('pepper|v1').digest('hex');
	return digest.slice(0, 32);
}

function base32(bytes: Uint8Array): string {
	let text = '';
	let bits = 0;
	let held = 0;
	for (const byte of bytes) {
		held = (held << 8) | byte;
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			text += alphabet[(held >> bits) & 31];
		}
		held &= (1 << bits) - 1;
	}
	return text;
}
