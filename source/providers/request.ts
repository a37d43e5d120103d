import {KeydeckError} from '../errors.ts';
import type {Secret} from '../secret.ts';
import type {UpstreamRequest} from './provider.ts';

/** A POST of one JSON value. */
export function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): UpstreamRequest {
	return {method: 'POST', path, headers: {'content-type': 'application/json', ...headers}, body: JSON.stringify(body)};
}

/** A GET without a body. */
export function get(path: string, headers: Readonly<Record<string, string>> = {}): UpstreamRequest {
	return {method: 'GET', path, headers};
}

/** The shortest conversation there is. */
export const shortestPrompt = [{role: 'user', content: '.'}];

/** The `Authorization` header most vendors take; none for an empty key (a server that wants none). */
export function bearer(secret: Secret): Readonly<Record<string, string>> {
	const key = secret.reveal();
	return key === '' ? {} : {authorization: `Bearer ${key}`};
}

/**
 * A model id as one or more path segments. Encoding alone does not stop `..`, so ids that are not
 * plain names are refused (code `BAD_MODEL_ID`).
 */
export function modelPath(model: string): string {
	const plain = /^[A-Za-z0-9][\w.:@+-]*(?:\/[A-Za-z0-9][\w.:@+-]*)*$/;
	if (model.length > 200 || !plain.test(model)) {
		throw new KeydeckError('BAD_MODEL_ID', `model id ${JSON.stringify(model.slice(0, 60))} cannot stand in a URL`, {
			hint: 'Use the id the vendor lists, such as gemini-3.5-flash-lite.',
		});
	}
	return model.split('/').map(encodeURIComponent).join('/');
}
