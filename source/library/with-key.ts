import {systemClock} from '../clock.ts';
import type {Kid} from '../domain/key.ts';
import {benchesByItself, type VerdictKind} from '../domain/verdict.ts';
import {type CallReport, reportedOutcome, tellsOfCall} from '../engine/call-report.ts';
import type {AcquireRequest} from '../engine/leasing.ts';
import {discard, resultReport} from './call-result.ts';
import {errorReport, withoutKey} from './error-report.ts';
import type {Grant} from './grant.ts';
import type {KeydeckEngine} from './keydeck-engine.ts';
import {NoCandidateError} from './no-candidate-error.ts';

export type WithKeyOptions = {
	/** Calls made at most, the first included. @default 3 */
	readonly attempts?: number;
};

/** Another key would fare no better, or there is nothing to be mended. */
const final: readonly VerdictKind[] = ['ok', 'caller-fault', 'cancelled'];

type Ending<Result> =
	| {readonly ended: 'returned'; readonly result: Result}
	| {readonly ended: 'thrown'; readonly error: unknown};
type Attempt<Result> = Ending<Result> & {readonly verdict: VerdictKind};

/** Makes a call with one key after the other until it succeeds, fails for good, or the attempts are used up. */
export async function withKey<Result>(
	engine: KeydeckEngine,
	request: AcquireRequest,
	call: (grant: Grant) => Promise<Result> | Result,
	{attempts = 3}: WithKeyOptions,
): Promise<Result> {
	const avoid: Kid[] = [...(request.avoid ?? [])];
	let grant = await engine.acquire({...request, avoid});
	for (let made = 1; ; made++) {
		const attempt = await attemptWith(engine, grant, call);
		if (final.includes(attempt.verdict) || made >= attempts) return concluded(attempt);
		if (!benchesByItself(attempt.verdict)) avoid.push(grant.key.kid);
		const next = await engine.acquire({...request, avoid}).catch(noOther);
		if (next === undefined) return concluded(attempt);
		if (attempt.ended === 'returned') await discard(attempt.result);
		grant = next;
	}
}

async function attemptWith<Result>(
	engine: KeydeckEngine,
	grant: Grant,
	call: (grant: Grant) => Promise<Result> | Result,
): Promise<Attempt<Result>> {
	const began = systemClock.now();
	const ending = await endingOf(() => call(grant));
	const latencyMs = systemClock.now() - began;
	const told = ending.ended === 'thrown' ? errorReport(ending.error) : await resultReport(ending.result);
	const report: CallReport = {...withoutKey(told, grant.secret), latencyMs};
	if (!tellsOfCall(report)) {
		// A fault of the program itself says nothing about the key.
		await engine.release(grant, 'unused');
		return {...ending, verdict: 'caller-fault'};
	}
	await engine.settle(grant, report);
	return {...ending, verdict: grant.read(reportedOutcome(report, systemClock.now()).outcome).verdict.kind};
}

async function endingOf<Result>(call: () => Promise<Result> | Result): Promise<Ending<Result>> {
	try {
		return {ended: 'returned', result: await call()};
	} catch (error) {
		return {ended: 'thrown', error};
	}
}

function concluded<Result>(attempt: Ending<Result>): Result {
	if (attempt.ended === 'thrown') throw attempt.error;
	return attempt.result;
}

/** With nobody else left, the failure itself says more than that. */
function noOther(error: unknown): undefined {
	if (error instanceof NoCandidateError) return undefined;
	throw error;
}
