import type {Clock} from '../clock.ts';
import type {Engine} from '../engine/engine.ts';
import type {Provider, Transport} from '../providers/provider.ts';

/** One agent of the demo: asks for `model` about every `everyMs`. */
type DemoAgent = {readonly name: string; readonly model: string; readonly everyMs: number};

type Parts = {
	readonly engine: Engine;
	readonly agents: readonly DemoAgent[];
	readonly providers: ReadonlyMap<string, Provider>;
	readonly transport: Transport;
	readonly clock: Clock;
	readonly random: () => number;
};

/** Agents that work as real ones do: take a lease, make the call, report what came of it. */
export function startDemoAgents(parts: Parts): {stop(): Promise<void>} {
	const stopping = new AbortController();
	const working = Promise.all(parts.agents.map((agent) => work(agent, parts, stopping.signal)));
	return {
		async stop() {
			stopping.abort();
			await working;
		},
	};
}

async function work(agent: DemoAgent, parts: Parts, signal: AbortSignal): Promise<void> {
	const {clock, random} = parts;
	while (!signal.aborted) {
		await clock.sleep(agent.everyMs * (0.5 + random()), signal);
		if (!signal.aborted) await oneCall(agent, parts, signal);
	}
}

async function oneCall({name, model}: DemoAgent, parts: Parts, signal: AbortSignal): Promise<void> {
	const {engine, providers, transport} = parts;
	const acquired = await engine.acquire({model, fallback: true, affinity: name});
	if (!acquired.granted) return;
	const provider = providers.get(acquired.key.provider);
	if (provider === undefined) return;
	const outcome = await transport.send(provider, provider.deepProbe(acquired.entry.upstream), {
		credentials: provider.authorize(acquired.secret),
		timeoutMs: 10_000,
		signal,
	});
	await engine.release(acquired.lease.id, outcome);
}
