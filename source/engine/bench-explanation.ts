import type {Bench} from '../domain/bench.ts';
import {moment, shorten} from '../format.ts';
import type {Provider} from '../providers/provider.ts';
import {type Explained, type Explanation, page, placeOf} from './explained.ts';

/** Why a key rests, is on trial or needs a person, from the bench that decides. */
export function explainBench(explained: Explained, bench: Bench): Explanation {
	if (bench.recovery !== undefined) return explainTrial(explained, bench);
	switch (bench.kind) {
		case 'cooling':
			return explainCooling(explained, bench);
		case 'exhausted':
			return explainExhausted(explained, bench);
		case 'ejected':
			return explainEjected(explained, bench);
		case 'invalid':
			return explainInvalid(explained, bench);
		case 'forbidden':
			return explainForbidden(explained, bench);
		case 'draining':
			return switchedOff('draining', 'It takes no new calls; what runs may finish', bench, explained.now);
		case 'disabled':
			return switchedOff('disabled', 'It takes no calls', bench, explained.now);
	}
}

function explainTrial({now}: Explained, {recovery, because, until, times}: Bench): Explanation {
	const words = {trial: 'trial', tenth: 'at 10 %', half: 'at 50 %'} as const;
	const stage = recovery?.stage ?? 'trial';
	const early = until !== undefined && until > now;
	const end = until === undefined ? '' : moment(until, now);
	const rested = early ? ` A good answer ended its rest before ${end}.` : end && ` It rested until ${end}.`;
	return {
		word: words[stage],
		summary: '',
		why: `Back after ${because.evidence}.${rested}`,
		advice: 'Nothing, it comes back by itself.',
		next:
			stage === 'trial'
				? `One trial call, then more. Fails again: it rests longer (step ${times + 1}).`
				: 'More calls as they go well, then all.',
	};
}

function explainCooling({member, companions, provider, now}: Explained, bench: Bench): Explanation {
	const {because, until, subject} = bench;
	const back = until === undefined ? '' : `back ${moment(until, now)}`;
	if (because.cause === 'rejected') {
		return {
			word: 'refused',
			summary: `${because.evidence} · asked again`,
			why: `Refused at ${moment(because.at, now)}: ${because.evidence}. It is asked a second time, independently, before it is called invalid.`,
			advice: 'Nothing yet.',
		};
	}
	if ((subject.level === 'provider' || subject.level === 'provider-model') && because.cause === 'throttled') {
		return {
			word: 'resting',
			summary: `${because.evidence} · ${back}`,
			why: `${because.evidence}. Either these keys share one account, or the vendor limits our address.`,
			...untilRule(bench, now),
			advice: 'Nothing, it comes back by itself. If the keys are of one account, say so in keydeck.config.json.',
			next: nextTrial(bench, now, 'one trial call, then 10 %, 50 %, all'),
		};
	}
	if (subject.level === 'provider' || subject.level === 'provider-model') {
		const whose = subject.level === 'provider' ? (provider?.title ?? subject.provider) : subject.model;
		return {
			word: 'vendor',
			summary: `${because.evidence} · ${whose} is down, ${back}`,
			why: `${whose} itself fails: ${because.evidence}. Nothing is held against this key.`,
			...untilRule(bench, now),
			advice: `Nothing, it comes back by itself.${statusPage(provider)}`,
			next: nextTrial(bench, now, 'one trial call, then 10 %, 50 %, all'),
		};
	}
	const group =
		companions.length === 0
			? ''
			: ` ${companions.join(', ')} of the same account rest${companions.length === 1 ? 's' : ''} with it.`;
	const used =
		because.cause === 'ok' ? `${because.evidence}, so it rests before a call fails.` : `${because.evidence}.`;
	return {
		word: 'resting',
		summary: `${because.evidence} · ${because.cause !== 'ok' && !bench.stated ? (because.rule ?? back) : back}`,
		why: `${used}${'model' in subject ? ` It rests for ${subject.model} only.` : ''}${group}`,
		...untilRule(bench, now),
		advice:
			member.key.account === undefined && companions.length === 0
				? 'Nothing, it comes back by itself. To go faster, add a key of another account.'
				: 'Nothing, it comes back by itself. More keys of the same account add no quota.',
		next:
			because.cause === 'ok'
				? `${moment(until ?? because.at, now)} its window is fresh.`
				: nextTrial(bench, now, 'one trial call, then all'),
	};
}

function explainExhausted({provider, companions, member, now}: Explained, bench: Bench): Explanation {
	const {because, until, subject} = bench;
	const shared =
		companions.length === 0
			? ''
			: ` ${companions.join(', ')} draw${companions.length === 1 ? 's' : ''} on the same account.`;
	const quota = subject.level === 'account-model';
	const owner = subject.level === 'key' ? 'This key' : 'The account';
	const missing = quota
		? `no quota left for ${subject.model}`
		: until === undefined
			? 'no credit'
			: 'used up its limit';
	const known = member.key.account ?? member.learnedAccount;
	const account = known === undefined ? '' : `, account ${shorten(known, 18)}`;
	const advice =
		until === undefined
			? `Top up at ${page(provider?.advice.billingPage)}, then prove it with one real call: D, or keydeck test --deep.`
			: `Nothing, it comes back by itself. Sooner: raise the limit at ${page(provider?.advice.billingPage)}.`;
	const how =
		provider?.freeProbeProves === 'money' && until === undefined
			? `Top up at ${page(provider.advice.billingPage)}; it is noticed by itself.`
			: advice;
	return {
		word: quota || until !== undefined ? 'quota' : 'no credit',
		summary: `${gist(because)}${account} · ${until === undefined ? 'top up' : `back ${moment(until, now)}`}`,
		why: `${owner} has ${missing}: ${because.evidence}.${shared}`,
		...untilRule(bench, now),
		advice: how,
		...(until === undefined ? {} : {next: nextTrial(bench, now, 'one trial call, then all')}),
	};
}

/** The vendor's own code where it says what is wrong; `invalid_request_error` and the like say nothing. */
function gist({code, evidence}: Bench['because']): string {
	if (code !== undefined && !/_error$|^error$/.test(code)) return code;
	return shorten(evidence.replace(/^\d{3} (?:\w+_error: )?/, ''), 30);
}

function explainEjected({now}: Explained, bench: Bench): Explanation {
	return {
		word: 'ejected',
		summary: bench.because.evidence,
		why: `It does worse than its pool: ${bench.because.evidence}.`,
		...untilRule(bench, now),
		advice: 'Nothing, it comes back by itself.',
		next: nextTrial(bench, now, 'one trial call, then 10 %, 50 %, all'),
	};
}

function explainInvalid({member, provider, companions, now}: Explained, bench: Bench): Explanation {
	const {because, since, subject} = bench;
	const leaked = because.cause === 'rejected' && /leaked/i.test(because.evidence);
	const twice =
		since < because.at
			? `Refused at ${moment(since, now)} and, asked again, at ${moment(because.at, now)}: ${because.evidence}.`
			: `Refused at ${moment(because.at, now)}: ${because.evidence}.`;
	if (subject.level === 'account') {
		return {
			word: 'blocked',
			summary: `${because.evidence} · ask the vendor`,
			why: `${twice} The vendor has blocked the whole account${companions.length === 0 ? '' : ` (${companions.join(', ')} too)`}.`,
			advice: `Ask the vendor's support, or use a key of another account in ${placeOf(member.key.source)}.`,
		};
	}
	return {
		word: leaked ? 'leaked' : 'invalid',
		summary: `${because.evidence}${leaked ? '' : ', confirmed'} · replace it`,
		why: leaked ? `The vendor says this key has leaked: ${because.evidence}.` : twice,
		advice: `Make a new one at ${page(provider?.advice.keysPage)}, put it in ${placeOf(member.key.source)}.`,
	};
}

function explainForbidden({provider, now}: Explained, bench: Bench): Explanation {
	return {
		word: 'forbidden',
		summary: `${bench.because.evidence} · check its rights`,
		why: `The key is good, but may not do this: ${bench.because.evidence}.`,
		...untilRule(bench, now),
		advice: `Check its rights at ${page(provider?.advice.keysPage)} (scopes, projects, allowed addresses).`,
	};
}

function switchedOff(word: string, what: string, {because}: Bench, now: number): Explanation {
	const by = because.from === 'config' ? 'in the configuration' : because.evidence;
	return {
		word,
		summary: `${by} · press d to enable`,
		why: `${what}: switched off ${by} at ${moment(because.at, now)}.`,
		advice: 'Press d to enable it.',
	};
}

function untilRule({because, until, stated}: Bench, now: number): {readonly untilRule?: string} {
	if (until === undefined) return {};
	if (because.rule === undefined) return {untilRule: `until ${moment(until, now)}`};
	const quoted = because.rule.startsWith('"') ? because.rule : `"${because.rule}"`;
	const said = stated ? `${quoted} in the answer of ${moment(because.at, now)}` : because.rule;
	return {untilRule: because.requestId === undefined ? said : `${said} (${because.requestId})`};
}

function nextTrial({until, because, times}: Bench, now: number, then: string): string {
	const longer = because.rule?.includes('backoff') === true ? ` Fails again: rests longer, step ${times + 1}.` : '';
	return until === undefined ? `${then}.` : `${moment(until, now)} ${then}.${longer}`;
}

function statusPage(provider: Provider | undefined): string {
	const url = provider?.advice.statusPage;
	return url === undefined ? '' : ` See ${page(url)}.`;
}
