import {suggestedKeyName} from '../config/key-names.ts';
import type {SkipReason} from '../domain/lease.ts';
import type {Refused} from '../engine/leasing.ts';
import type {EngineSettings} from '../engine/options.ts';
import {KeydeckError} from '../errors.ts';
import {moment} from '../format.ts';

/** Skip reasons told in a message; `skipped` has them all. */
const told = 3;

/** Nobody can serve a model now: why each key was passed over, and when the first one comes back. */
export class NoCandidateError extends KeydeckError {
	declare readonly code: Refused['code'];
	/** Model that was asked for. */
	readonly model: string;
	readonly skipped: readonly SkipReason[];
	/** Epoch ms; undefined when none comes back by itself. */
	readonly retryAt: number | undefined;

	constructor(
		code: Refused['code'],
		message: string,
		details: {
			readonly hint: string;
			readonly model: string;
			readonly skipped?: readonly SkipReason[];
			readonly retryAt?: number;
		},
	) {
		super(code, message, {hint: details.hint});
		this.model = details.model;
		this.skipped = details.skipped ?? [];
		this.retryAt = details.retryAt;
	}
}

/** The error for a refusal, with the next step for a person. */
export function noCandidate(model: string, refused: Refused, settings: EngineSettings, now: number): NoCandidateError {
	const {code, skipped, retryAt} = refused;
	if (code === 'UNKNOWN_MODEL') {
		return new NoCandidateError('UNKNOWN_MODEL', `unknown model ${JSON.stringify(model)}`, {
			model,
			hint: 'keydeck models lists the names; a name of your own is declared in keydeck.config.json',
		});
	}
	if (code === 'NO_KEY') return noKey(model, settings);
	const reasons = skipped.slice(0, told).map((skip) => {
		const link = skip.model === model ? '' : ` for ${skip.model}`;
		return `${skip.label}${link} ${skip.reason}`;
	});
	const more = skipped.length > told ? ` (and ${skipped.length - told} more)` : '';
	const message = `no key can serve ${model} now: ${reasons.join('; ')}${more}`;
	return new NoCandidateError('NO_CANDIDATE', message, {
		model,
		skipped,
		hint:
			retryAt === undefined
				? `keydeck why ${model} says what each key needs`
				: `the first one is back at ${moment(retryAt, now)}; ask with waitMs to wait, with fallback for another model`,
		...(retryAt === undefined ? {} : {retryAt}),
	});
}

function noKey(model: string, {catalogue, keys, searched, root}: EngineSettings): NoCandidateError {
	const provider = catalogue.get(model)?.provider ?? '';
	const places = searched.map(({place, found}) => `${place}: ${found}`).join(', ');
	const message = keys.length === 0 ? `no key found at all; looked in ${places}` : `no key for ${model} (${provider})`;
	return new NoCandidateError('NO_KEY', message, {
		model,
		hint: `put one into ${root}/.env, e.g. ${suggestedKeyName(provider)}=…`,
	});
}
