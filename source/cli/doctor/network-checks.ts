import type {Clock} from '../../clock.ts';
import type {Settings} from '../../config/settings.ts';
import {createProviders} from '../../providers/index.ts';
import {type Finding, fine, inGroup, problem, warning} from './finding.ts';
import {type Reach, reach} from './reach.ts';

const timeoutMs = 6000;
/** An answer that takes longer than this is worth a word. */
const slowMs = 2000;

const advice: Readonly<Record<string, string>> = {
	DNS: 'Check the network and the name server: the name of the host is not found',
	TCP: 'Check the network and the firewall: the host is known but cannot be reached',
	proxy: 'Check HTTPS_PROXY: the proxy does not let this through',
	TLS: 'Check for a proxy that breaks TLS (NODE_EXTRA_CA_CERTS names its certificate), and the clock',
	HTTP: 'The host takes connections and does not answer: look at the status page of the vendor',
};

type Around = {
	readonly clock: Clock;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly signal: AbortSignal;
};

/** The way to each vendor that has a key, stage by stage, all at the same time; also how far our clock is off theirs. */
export async function networkChecks(
	settings: Settings,
	around: Around,
): Promise<{readonly findings: readonly Finding[]; readonly skewsMs: readonly number[]}> {
	const used = new Set(settings.keys.map(({key}) => key.provider));
	const providers = [...createProviders(settings.providers).values()].filter(({name}) => used.has(name));
	const reached = await Promise.all(
		providers.map(async ({name, baseUrl}) => ({name, way: await reach(baseUrl, {...around, timeoutMs})})),
	);
	return {
		findings: inGroup(
			'network',
			reached.map(({name, way}) => wayFinding(name, way)),
		),
		skewsMs: reached.flatMap(({way}) => (way.skewMs === undefined ? [] : [way.skewMs])),
	};
}

function wayFinding(name: string, {host, via, stages, failed, status}: Reach) {
	const passed = stages.map(({stage, tookMs}) => `${stage} ${tookMs} ms`).join(', ');
	const place = via === undefined ? host : `${host} through the proxy ${via}`;
	if (failed !== undefined) {
		const before = passed === '' ? '' : ` after ${passed}`;
		return problem(name, `${place}: ${failed.stage} failed (${failed.why})${before}`, advice[failed.stage] ?? '');
	}
	const says = `${place}: ${passed}, answers ${status}`;
	const total = stages.reduce((sum, {tookMs}) => sum + tookMs, 0);
	if (status !== undefined && status >= 500)
		return warning(name, says, 'Look at the status page of the vendor: it answers with an error of its own');
	return total > slowMs
		? warning(name, says, 'Look at the slowest stage: far away, a slow proxy or a busy vendor')
		: fine(name, says);
}
