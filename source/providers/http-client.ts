import type {Dispatcher} from 'undici';
import type {Outcome} from '../domain/outcome.ts';
import {withoutCredentials} from './credential-redaction.ts';
import {destinationOf} from './destination.ts';
import {type CallClock, Exchange} from './exchange.ts';
import type {Transport} from './provider.ts';

type HttpClientOptions = {
	readonly clock: CallClock;
	/** `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and their lower-case forms are read from it. */
	readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * The transport over HTTP: one pool of connections per origin, redirects are answers and never
 * followed, at most 64 KB of a body are read. Whatever happens becomes an outcome; nothing throws.
 */
export function createHttpClient(options: HttpClientOptions): Transport {
	return new HttpClient(options);
}

const mostDestinations = 1000;

class HttpClient implements Transport {
	readonly #clock: CallClock;
	readonly #env: HttpClientOptions['env'];
	readonly #running = new Set<Exchange>();
	readonly #destinations = new Map<string, ReturnType<typeof destinationOf>>();
	#dispatcher: Promise<Dispatcher> | undefined;
	#closed = false;

	constructor({clock, env}: HttpClientOptions) {
		this.#clock = clock;
		this.#env = env;
	}

	async send(
		...[{baseUrl}, request, {credentials, timeoutMs, signal}]: Parameters<Transport['send']>
	): Promise<Outcome> {
		const exchange = new Exchange({clock: this.#clock, timeoutMs, ...(signal && {signal})});
		const destination = this.#destinationOf(baseUrl, request.path);
		const headers = {'user-agent': 'keydeck', ...request.headers, ...credentials};
		const unfit = Object.entries(headers).find(([name, value]) => !isHeader(name, value));
		if (this.#closed) exchange.cancel('the transport is closed');
		else if ('problem' in destination) exchange.cancel(`not sent: ${destination.problem}`);
		else if (unfit !== undefined)
			exchange.cancel(`not sent: the value of header ${unfit[0]} has a forbidden character`);
		else {
			this.#running.add(exchange);
			await this.#dispatch(exchange, {
				...destination,
				method: request.method,
				headers,
				body: request.body ?? null,
				headersTimeout: timeoutMs,
				bodyTimeout: timeoutMs,
			});
		}
		const outcome = await exchange.outcome;
		this.#running.delete(exchange);
		return withoutCredentials(outcome, credentials);
	}

	async close(): Promise<void> {
		this.#closed = true;
		for (const exchange of this.#running) exchange.cancel('the transport was closed');
		await (await this.#dispatcher)?.destroy();
	}

	/** Probes go to the same few places over and over. */
	#destinationOf(baseUrl: string, path: string): ReturnType<typeof destinationOf> {
		const address = `${baseUrl} ${path}`;
		const known = this.#destinations.get(address);
		if (known !== undefined) return known;
		const destination = destinationOf(baseUrl, path);
		if (this.#destinations.size >= mostDestinations) this.#destinations.clear();
		this.#destinations.set(address, destination);
		return destination;
	}

	async #dispatch(exchange: Exchange, options: Dispatcher.DispatchOptions): Promise<void> {
		try {
			this.#dispatcher ??= openDispatcher(this.#env);
			(await this.#dispatcher).dispatch(options, exchange);
		} catch (error) {
			exchange.onResponseError(undefined, error);
		}
	}
}

/** The HTTP library is loaded with the first request: a first frame on screen must not wait for it. */
async function openDispatcher(env: HttpClientOptions['env']): Promise<Dispatcher> {
	const {Agent, EnvHttpProxyAgent} = await import('undici');
	const read = (name: string): string => env[name.toLowerCase()] || env[name] || '';
	const httpProxy = read('HTTP_PROXY');
	const httpsProxy = read('HTTPS_PROXY');
	// HTTP/1.1 gives each call a connection of its own, so that one reset hurts one call.
	const settings = {allowH2: false};
	return httpProxy === '' && httpsProxy === ''
		? new Agent(settings)
		: new EnvHttpProxyAgent({...settings, httpProxy, httpsProxy, noProxy: read('NO_PROXY')});
}

function isHeader(name: string, value: string): boolean {
	return /^[\w-]+$/.test(name) && /^[\t\u0020-\u007e]*$/.test(value);
}
