import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

/** What the upstream says; `hang`: it takes the request and never answers, `close`: it hangs up. */
export type Answer =
	| {readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown}
	| 'hang'
	| 'close';

/** One request as it arrived. */
export type Heard = {
	readonly vendor: string;
	readonly key: string;
	readonly kind: 'probe' | 'call';
	readonly path: string;
};

/** A body that every vendor's reader takes for a finished completion of 3 + 1 tokens. */
const completion = {
	id: 'done-1',
	choices: [{index: 0, message: {role: 'assistant', content: 'ok'}, finish_reason: 'stop'}],
	content: [{type: 'text', text: 'ok'}],
	output: [],
	usage: {prompt_tokens: 3, completion_tokens: 1, input_tokens: 3, output_tokens: 1},
};

/**
 * A real HTTP server that stands for every vendor: `http://127.0.0.1:<port>/<vendor>/…`. Each key
 * is answered by its own queue first, then by its standing answer, then by its vendor's, else well.
 */
export class ScriptedUpstream {
	readonly heard: Heard[] = [];
	readonly #server = createServer((request, response) => void this.#serve(request, response));
	readonly #queues = new Map<string, Answer[]>();
	readonly #standing = new Map<string, Answer>();

	static async open(): Promise<ScriptedUpstream> {
		const upstream = new ScriptedUpstream();
		await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
		return upstream;
	}

	baseUrl(vendor: string): string {
		const {port} = this.#server.address() as AddressInfo;
		const version = vendor === 'openai' || vendor === 'mistral' ? '/v1' : '';
		return `http://127.0.0.1:${port}/${vendor}${version}`;
	}

	/** The next answers to a key, one each, whatever it asks. */
	script(key: string, ...answers: readonly Answer[]): void {
		this.#queues.set(key, [...(this.#queues.get(key) ?? []), ...answers]);
	}

	/** From now on: `key`, `key call`, `key probe`, `vendor` or `vendor call`. Undefined: well again. */
	always(whom: string, answer: Answer | undefined): void {
		if (answer === undefined) this.#standing.delete(whom);
		else this.#standing.set(whom, answer);
	}

	/** How often it was asked by this key or for this vendor. */
	count(whom: string, kind?: Heard['kind']): number {
		return this.heard.filter((one) => (one.key === whom || one.vendor === whom) && (kind ?? one.kind) === one.kind)
			.length;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		for await (const _ of request);
		const path = request.url ?? '/';
		const vendor = path.split('/')[1] ?? '';
		const kind = request.method === 'GET' ? 'probe' : 'call';
		const key = String(request.headers['x-api-key'] ?? request.headers.authorization?.replace('Bearer ', '') ?? '');
		this.heard.push({vendor, key, kind, path});
		const scripted = this.#queues.get(key)?.shift();
		const standing = [`${key} ${kind}`, key, `${vendor} ${kind}`, vendor]
			.map((whom) => this.#standing.get(whom))
			.find((answer) => answer !== undefined);
		const answer = scripted ?? standing ?? {status: 200};
		if (answer === 'hang') return;
		if (answer === 'close') return void request.socket.destroy();
		const body = answer.body ?? (answer.status !== 200 ? {} : kind === 'call' ? completion : goodProbe(path));
		response.writeHead(answer.status, {'content-type': 'application/json', ...answer.headers});
		response.end(JSON.stringify(body));
	}
}

/** A model list; a balance with credit where one is asked for. */
function goodProbe(path: string): unknown {
	if (!path.endsWith('/user/balance')) return {object: 'list', data: [{id: 'some-model'}]};
	const balance = {currency: 'USD', total_balance: '25.00', granted_balance: '0.00', topped_up_balance: '25.00'};
	return {is_available: true, balance_infos: [balance]};
}

/** Answers as the vendors write them (their documentation, "Errors"). */
export const answers = {
	invalid: {
		status: 401,
		body: {error: {type: 'invalid_request_error', code: 'invalid_api_key', message: 'Incorrect API key provided.'}},
	},
	noCredit: {
		status: 429,
		body: {
			error: {type: 'insufficient_quota', code: 'insufficient_quota', message: 'You exceeded your current quota.'},
		},
	},
	throttled: (retryAfter?: number): Answer => ({
		status: 429,
		headers: retryAfter === undefined ? {} : {'retry-after': String(retryAfter)},
		body: {error: {type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached.'}},
	}),
	modelMissing: {
		status: 404,
		body: {
			error: {
				type: 'invalid_request_error',
				code: 'model_not_found',
				message: 'The model does not exist or you do not have access to it.',
			},
		},
	},
	badRequest: {
		status: 400,
		body: {error: {type: 'invalid_request_error', code: null, message: 'messages is required'}},
	},
	failing: {status: 500, body: {error: {type: 'server_error', message: 'The server had an error.'}}},
	/** Anthropic's own word for too much load. */
	overloaded: {status: 529, body: {type: 'error', error: {type: 'overloaded_error', message: 'Overloaded'}}},
	claudeInvalid: {
		status: 401,
		body: {type: 'error', error: {type: 'authentication_error', message: 'invalid x-api-key'}},
	},
	claudeNoCredit: {
		status: 400,
		body: {
			type: 'error',
			error: {type: 'invalid_request_error', message: 'Your credit balance is too low to access the Anthropic API.'},
		},
	},
	claudeLimit: {
		status: 400,
		body: {
			type: 'error',
			error: {
				type: 'invalid_request_error',
				message: 'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
			},
		},
	},
} satisfies Record<string, Answer | ((retryAfter?: number) => Answer)>;
