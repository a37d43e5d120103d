import {gradeOf} from '../domain/proof.ts';
import {latency, moment, money} from '../format.ts';
import {explainBench} from './bench-explanation.ts';
import {type Explained, type Explanation, page} from './explained.ts';

/** Credit below this is called low. */
const lowBalance = 5;
const slowMs = 5000;

/** Says how a key is, in words. */
export function explain(explained: Explained): Explanation {
	const {bench, member} = explained;
	if (bench !== undefined) return explainBench(explained, bench);
	const isProven = member.lastEntry !== undefined && member.proof.keyAt !== undefined;
	return isProven ? explainServing(explained) : explainUnproven(explained);
}

function explainUnproven({member, provider}: Explained): Explanation {
	const last = member.lastEntry;
	if (last === undefined || last.verdict === 'changed') {
		return {
			word: 'not asked',
			summary: '',
			why: 'The vendor has not been asked yet.',
			advice: 'Ask now, free: t, or keydeck test.',
		};
	}
	const host = provider === undefined ? member.key.provider : new URL(provider.baseUrl).host;
	if (last.verdict === 'unreachable') {
		return {
			word: 'unknown',
			summary: `cannot reach ${host}: ${last.evidence} · not held against it`,
			why: `${host} could not be reached: ${last.evidence}. Nothing is held against the key.`,
			advice: `Check network, DNS and proxy for ${host}; it is asked again by itself.`,
		};
	}
	return {
		word: 'unknown',
		summary: `${last.evidence} · not held against it`,
		why: `The last answer was ${last.evidence}, which says nothing about the key.`,
		advice: 'Nothing; it is asked again by itself.',
	};
}

function explainServing({member, provider, now}: Explained): Explanation {
	const {proof, balance, vitals, restriction, lastEntry} = member;
	const grade = gradeOf(proof);
	const shown = grade === 'call' ? proof.callAt : grade === 'money' ? proof.moneyAt : proof.keyAt;
	const good = `It answered well at ${moment(shown ?? now, now)}.`;
	if (balance !== undefined && balance.amount < lowBalance) {
		const left = `${money(balance.amount, balance.currency)} left`;
		return {
			word: 'low',
			summary: `${left} · top up`,
			why: `${good} Only ${left}.`,
			advice: `Top up at ${page(provider?.advice.billingPage)}.`,
		};
	}
	if ((vitals.latencyMs ?? 0) > slowMs) {
		const slow = `${latency(vitals.latencyMs)} to the first byte`;
		return {
			word: 'slow',
			summary: '',
			why: `${good} But it is slow: ${slow} on average.`,
			advice: 'Nothing; strategies that weigh latency use it less.',
		};
	}
	const isAside = lastEntry !== undefined && lastEntry.counted !== 'success' && lastEntry.verdict !== 'changed';
	const aside = isAside
		? ` Its last answer was ${lastEntry.evidence}: ${lastEntry.effect ?? 'not held against it'}.`
		: '';
	const limits = restriction === undefined ? '' : ` It is restricted: ${restriction}.`;
	if (grade === 'key') {
		const accepted = `The vendor accepted the key at ${moment(shown ?? now, now)}; no call has proven its credit yet.`;
		return {
			word: 'key valid',
			summary: '',
			why: `${accepted}${aside}${limits}`,
			advice: 'Prove it with one real call: D, or keydeck test --deep.',
		};
	}
	return {word: 'ok', summary: '', why: `${good}${aside}${limits}`, advice: 'Nothing.'};
}
