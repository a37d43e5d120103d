import type {Kid, Reason, RecoveryStage} from './key.ts';

/**
 * Who rests. One cause, one bench: a throttle rests the account's group of one model, not N keys;
 * an outage rests the provider. `network` is our own line.
 */
export type Subject =
	| {readonly level: 'key'; readonly kid: Kid}
	| {readonly level: 'key-model'; readonly kid: Kid; readonly model: string}
	| {readonly level: 'account'; readonly provider: string; readonly account: string}
	| {readonly level: 'account-model'; readonly provider: string; readonly account: string; readonly model: string}
	| {readonly level: 'provider-model'; readonly provider: string; readonly model: string}
	| {readonly level: 'provider'; readonly provider: string}
	| {readonly level: 'network'};

export type BenchKind = 'cooling' | 'exhausted' | 'ejected' | 'invalid' | 'forbidden' | 'draining' | 'disabled';

/** One subject that may not be used now (or is on trial), with why and until when. */
export type Bench = {
	/** `subjectId(subject)`: a subject has at most one bench. */
	readonly id: string;
	readonly subject: Subject;
	readonly kind: BenchKind;
	readonly since: number;
	/** Epoch ms; absent = until a probe or a person says otherwise. */
	readonly until?: number;
	/** The vendor stated the deadline: it is honoured; one trial, then all. */
	readonly stated: boolean;
	/** How many times in a row; drives backoff and ejection time. From 1. */
	readonly times: number;
	readonly because: Reason;
	/** Set once the rest is over and trust is being rebuilt. */
	readonly recovery?: {readonly stage: RecoveryStage; readonly goodCalls: number};
	/** Grows with each change; a store refuses a write with another one. From 1. */
	readonly version: number;
};

/** Stable text form of a subject; the same subject always gives the same id. */
export function subjectId(subject: Subject): string {
	switch (subject.level) {
		case 'key':
			return `key ${subject.kid}`;
		case 'key-model':
			return `key ${subject.kid} ${subject.model}`;
		case 'account':
			return `account ${subject.provider} ${subject.account}`;
		case 'account-model':
			return `account ${subject.provider} ${subject.account} ${subject.model}`;
		case 'provider-model':
			return `provider ${subject.provider} ${subject.model}`;
		case 'provider':
			return `provider ${subject.provider}`;
		case 'network':
			return 'network';
	}
}
