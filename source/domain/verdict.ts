/** What an outcome means for the key. Only a provider turns an outcome into a verdict. */
export type Verdict =
	| {readonly kind: 'ok'}
	/** `retryAt` epoch ms, when the vendor gave a deadline. */
	| {readonly kind: 'throttled'; readonly scope: 'key' | 'account' | 'model'; readonly retryAt?: number}
	/** No credit, spend limit or daily quota: of the account, of one model's quota, or of this key's own budget. */
	| {readonly kind: 'exhausted'; readonly scope: 'key' | 'account' | 'model'; readonly until?: number}
	| {readonly kind: 'rejected'; readonly scope: 'key' | 'account'; readonly leaked: boolean}
	/** The key is good but may not do this: one model (`model`), or one thing (`scopes`, an IP rule). */
	| {readonly kind: 'forbidden'; readonly model?: string}
	| {readonly kind: 'overloaded'; readonly scope: 'provider' | 'model'; readonly retryAt?: number}
	| {readonly kind: 'upstream-failed'; readonly retryAt?: number}
	| {readonly kind: 'timeout'}
	| {readonly kind: 'unreachable'}
	| {readonly kind: 'caller-fault'}
	| {readonly kind: 'cancelled'};

export type VerdictKind = Verdict['kind'];

export const verdictKinds: readonly VerdictKind[] = [
	'ok',
	'throttled',
	'exhausted',
	'rejected',
	'forbidden',
	'overloaded',
	'upstream-failed',
	'timeout',
	'unreachable',
	'caller-fault',
	'cancelled',
];

/** Whom a verdict is held against, in words for people. */
export type Blame = 'nobody' | 'key' | 'account' | 'provider' | 'our network' | 'caller';

export function blameOf(verdict: Verdict): Blame {
	switch (verdict.kind) {
		case 'ok':
			return 'nobody';
		case 'throttled':
			return verdict.scope === 'key' ? 'key' : 'account';
		case 'exhausted':
			return verdict.scope === 'key' ? 'key' : 'account';
		case 'rejected':
			return verdict.scope;
		case 'forbidden':
			return 'key';
		case 'overloaded':
		case 'upstream-failed':
		case 'timeout':
			return 'provider';
		case 'unreachable':
			return 'our network';
		case 'caller-fault':
		case 'cancelled':
			return 'caller';
	}
}

/**
 * Whether a verdict counts towards "3 consecutive failures" and error rates: everything but
 * `ok`, `caller-fault`, `cancelled`, `unreachable`; a throttle with a stated deadline neither.
 */
export function countsAs(verdict: Verdict): 'success' | 'failure' | 'neither' {
	switch (verdict.kind) {
		case 'ok':
			return 'success';
		case 'throttled':
			return verdict.retryAt === undefined ? 'failure' : 'neither';
		case 'caller-fault':
		case 'cancelled':
		case 'unreachable':
			return 'neither';
		default:
			return 'failure';
	}
}

/** Whether a failure benches the key, or what it shares, by itself; after any other one the same key could come again. */
export function benchesByItself(kind: VerdictKind): boolean {
	return kind === 'throttled' || kind === 'exhausted' || kind === 'rejected' || kind === 'forbidden';
}
