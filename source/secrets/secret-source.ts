import type {Secret} from '../secret.ts';

/** What became of a reference: the secret, or why there is none. Neither holds the value in the clear. */
export type Resolved =
	| {readonly ok: true; readonly secret: Secret}
	| {
			readonly ok: false;
			/** The rule that is broken, e.g. `names TEAM_KEY, which is not set`. */
			readonly rule: string;
			readonly hint: string;
	  };

/** One scheme of secret references. */
export interface SecretSource {
	/** Text before the colon: `env`. */
	readonly scheme: string;
	/** `rest` is the text after the colon. Never throws; ends soon after `signal` is aborted. */
	resolve(rest: string, options: {readonly signal: AbortSignal}): Promise<Resolved>;
}
