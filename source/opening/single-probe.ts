import type {Clock} from '../clock.ts';
import type {Reading} from '../domain/reading.ts';
import {createHttpClient} from '../providers/http-client.ts';
import type {Provider} from '../providers/provider.ts';
import type {Secret} from '../secret.ts';

/** Asks a vendor about a key that is in no pool, for free; nothing is kept of it. */
export async function probeOnce(options: {
	readonly provider: Provider;
	readonly secret: Secret;
	readonly timeoutMs: number;
	readonly clock: Clock;
	readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<Reading> {
	const {provider, secret, timeoutMs, clock, env} = options;
	const transport = createHttpClient({clock, env});
	const request = provider.freeProbe();
	try {
		const outcome = await transport.send(provider, request, {credentials: provider.authorize(secret), timeoutMs});
		return provider.read(outcome, {by: 'probe', request: `${request.method} ${request.path}`});
	} finally {
		await transport.close();
	}
}
