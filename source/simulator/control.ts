import type {IncomingMessage, ServerResponse} from 'node:http';
import {InvalidInputError, problemLine} from '../errors.ts';
import type {Change} from './change.ts';
import {readBody} from './vendor-server.ts';

/** Path on every vendor's port where a running simulator is seen (GET) and changed (POST). */
const controlPath = '/__simulator';

/** What can be done over the control path. */
type Controls = {
	/** Plain JSON without a key in it. */
	readonly picture: () => object;
	readonly change: (change: Change) => void;
};

/** Takes a request to the control path: GET shows, POST takes a change or a list of them. */
export function control(controls: Controls, request: IncomingMessage, response: ServerResponse, path: string): boolean {
	if (path !== controlPath) return false;
	if (request.method === 'GET') {
		request.resume();
		write(response, 200, controls.picture());
	} else if (request.method !== 'POST') {
		request.resume();
		write(response, 405, {error: 'use GET or POST'});
	} else if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
		// A web page cannot send this type here without asking first, so no stranger changes anything.
		request.resume();
		write(response, 415, {error: 'content-type must be application/json'});
	} else {
		readBody(request, (body) => write(response, ...changed(controls, body)));
	}
	return true;
}

function changed(controls: Controls, body: string): [status: number, value: object] {
	let changes: unknown;
	try {
		changes = JSON.parse(body);
	} catch {
		return [400, {error: 'the body must be JSON'}];
	}
	try {
		for (const change of Array.isArray(changes) ? changes : [changes]) controls.change(change);
	} catch (error) {
		if (!(error instanceof InvalidInputError)) throw error;
		return [400, {error: error.problems.map(problemLine).join('; '), problems: error.problems}];
	}
	return [200, controls.picture()];
}

function write(response: ServerResponse, status: number, value: object): void {
	response.writeHead(status, {'content-type': 'application/json'}).end(`${JSON.stringify(value, undefined, 2)}\n`);
}
