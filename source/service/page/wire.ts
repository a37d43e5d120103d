/** What the gate in front of the engine says of a visitor. */
export type GateAnswer =
	| {readonly kind: 'welcome'}
	/** No token was sent, or a wrong one. */
	| {readonly kind: 'refused'}
	/** Too many wrong tokens from here. */
	| {readonly kind: 'locked-out'; readonly retryAfterMs: number}
	| {readonly kind: 'failed'; readonly why: string};

/** A line to the engine that was opened. */
export type Line = {readonly send: (text: string) => void; readonly close: () => void};

export type LineEvents = {
	readonly message: (text: string) => void;
	/** Told once, also when the line was never opened. */
	readonly closed: (code: number) => void;
};

/** The network as the page sees it; the browser's own is in `browser-wire.ts`. */
export interface Wire {
	/** Asks the gate whether this token, or a visitor without one, may read. Never rejects. */
	ask(token: string | undefined): Promise<GateAnswer>;
	open(token: string | undefined, events: LineEvents): Line;
}

/** The server closes a line with this when its token was revoked. */
export const revokedCode = 4401;
