import type {Outcome} from '../domain/outcome.ts';
import type {Reading} from '../domain/reading.ts';
import type {Secret} from '../secret.ts';

/** What is sent upstream. `path` is appended to the provider's base URL. */
export type UpstreamRequest = {
	readonly method: 'GET' | 'POST';
	/** Starts with `/`; parts from outside are checked and encoded. */
	readonly path: string;
	/** Without credentials: `authorize` adds those. */
	readonly headers: Readonly<Record<string, string>>;
	/** JSON text. */
	readonly body?: string;
};

/** What was asked, so that the answer can be read. */
export type Asked = {
	readonly by: 'probe' | 'deep-probe' | 'call';
	/** Upstream id of the model, when the request had one. */
	readonly model?: string;
	/** Short form for evidence: `GET /v1/models`. */
	readonly request: string;
	/** Size of the prompt as the caller estimates it, in tokens: tells one oversized request from a full window. */
	readonly inputTokens?: number;
};

/** Where a person goes to mend things. */
export type ProviderAdvice = {
	/** Page where keys are made. */
	readonly keysPage: string;
	/** Page where credit is topped up. */
	readonly billingPage: string;
	readonly statusPage?: string;
};

/**
 * One vendor: how to ask it and how to read its answers. Pure and synchronous; the transport
 * sends. A provider never names a key in what it returns.
 */
export interface Provider {
	/** `openai`, as used in configuration and kids. */
	readonly name: string;
	/** `OpenAI`, for people. */
	readonly title: string;
	/** False when the error table rests on no recorded answer; shown as *unverified* in `config`. */
	readonly verified: boolean;
	/** In the form users configure it; no trailing slash. */
	readonly baseUrl: string;
	/** No key is needed (a local server). */
	readonly keyless: boolean;
	/** Free probe shows credit too (balance endpoints). */
	readonly freeProbeProves: 'key' | 'money';
	/** The cheapest model for a one-token probe when no other is asked for. */
	readonly probeModel: string;
	readonly advice: ProviderAdvice;
	/** A warning when the key does not look like this vendor's; never a refusal. */
	readonly shape: RegExp | undefined;

	/** The credential headers; the only place that reveals a secret. */
	authorize(secret: Secret): Readonly<Record<string, string>>;
	/** Costs nothing. */
	freeProbe(): UpstreamRequest;
	/** Costs a token or so on `model` (upstream id). */
	deepProbe(model: string): UpstreamRequest;
	/** Turns an outcome into a verdict by the vendor's rules. */
	read(outcome: Outcome, asked: Asked): Reading;
}

/** Sends one request; never throws for what the network or vendor does, never follows redirects. */
export interface Transport {
	send(
		provider: Pick<Provider, 'baseUrl'>,
		request: UpstreamRequest,
		options: {
			readonly credentials: Readonly<Record<string, string>>;
			readonly timeoutMs: number;
			readonly signal?: AbortSignal;
		},
	): Promise<Outcome>;
	/** Ends idle connections and aborts what runs. Idempotent. */
	close(): Promise<void>;
}
