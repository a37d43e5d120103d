import type {Snapshot} from '../engine/snapshot.ts';
import {InvalidInputError, KeydeckError, type Problem} from '../errors.ts';
import type {EngineEvent} from '../events.ts';

/** First frame of a server: whose engine this is. */
export type Hello = {
	/** Configuration root of the engine. */
	readonly root: string;
	readonly pid: number;
	/** Version of keydeck. */
	readonly version: string;
	/** When the engine was started, epoch ms. */
	readonly startedAt: number;
	/** Address of its health service and page; absent while it opens no port. */
	readonly page?: string;
	/** Address of its key service; absent while it opens no port. */
	readonly keyService?: string;
	/** The command it runs, e.g. `start` or `dashboard`; absent in a program that uses keydeck. */
	readonly command?: string;
};

/** What a process tells of itself beside its engine; it may come and go. */
export type About = Pick<Hello, 'page' | 'keyService' | 'command'>;

/** An error on its way through a connection; becomes the same KeydeckError again. */
export type FrameError = {
	readonly code: string;
	readonly message: string;
	readonly hint?: string;
	readonly problems?: readonly Problem[];
};

/** What a server sends, one JSON object each. `id` is that of the request; a `result` of undefined is left out. */
export type ServerFrame =
	| {readonly hello: Hello}
	| {readonly id: number; readonly result?: unknown}
	| {readonly id: number; readonly progress: {readonly done: number; readonly total: number}}
	/** Without an id the request could not be read, and the connection ends. */
	| {readonly id?: number; readonly error: FrameError}
	| {readonly snapshot: Snapshot}
	| {readonly event: EngineEvent};

/** What a client sends, one JSON object each. */
export type ClientFrame = {readonly id: number; readonly method: string; readonly params?: unknown};

export function frameText(frame: ServerFrame | ClientFrame): string {
	return JSON.stringify(frame);
}

/** Both ends are keydeck: that it is JSON is checked, the shape is trusted. */
export function serverFrameIn(text: string): ServerFrame | undefined {
	const value = parsed(text);
	return typeof value === 'object' && value !== null ? (value as ServerFrame) : undefined;
}

/** Undefined when it is no request at all. */
export function clientFrameIn(text: string): ClientFrame | undefined {
	const value = parsed(text);
	if (typeof value !== 'object' || value === null || !('id' in value) || !('method' in value)) return undefined;
	if (!Number.isSafeInteger(value.id) || typeof value.method !== 'string') return undefined;
	return value as ClientFrame;
}

/** An error nobody meant to show may say anything; only its kind leaves the process. */
export function frameError(error: unknown): FrameError {
	if (!(error instanceof KeydeckError)) {
		const kind = error instanceof Error ? error.name : 'unknown';
		return {code: 'INTERNAL', message: `the running keydeck failed (${kind})`};
	}
	const {code, message, hint} = error;
	return {
		code,
		message,
		...(hint === undefined ? {} : {hint}),
		...(error instanceof InvalidInputError ? {problems: error.problems} : {}),
	};
}

export function errorIn({code, message, hint, problems}: FrameError): KeydeckError {
	if (problems !== undefined) return new InvalidInputError(problems);
	return new KeydeckError(code, message, hint === undefined ? {} : {hint});
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
