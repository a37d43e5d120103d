import type {Clock} from '../../clock.ts';
import type {KeyHistory, TestResult} from '../../engine/deck.ts';
import type {Snapshot} from '../../engine/snapshot.ts';
import {clockTime} from '../../format.ts';
import type {StrategyName} from '../../strategies/strategy.ts';
import {CallError} from './deck-calls.ts';
import type {DeckLink} from './deck-link.ts';
import {LiveSeries} from './live-series.ts';

/** Who the engine writes down as having acted. */
const by = 'web page';

/** How long the word on the last action stays. */
const noticeMs = 12_000;
const freshMs = 800;

/** What was told of the last action. */
export type Notice = {readonly tone: 'good' | 'bad' | 'plain'; readonly text: string; readonly at: number};

/** Keeps a token while the page is open; the browser's own is `sessionStorage`. */
export type TokenVault = {readonly read: () => string | undefined; readonly keep: (token: string | undefined) => void};

type Wanted = {readonly resume: () => void; readonly giveUp: () => void};

/** Everything the page is drawn from, and everything a person can do. */
export class Session {
	readonly #link: DeckLink;
	readonly #clock: Clock;
	readonly #vault: TokenVault;
	readonly #listeners = new Set<() => void>();
	/** Version of keydeck that gave out this page. */
	#version: string | undefined;
	/** Actions that wait for a token. */
	#wanted: Wanted[] = [];
	readonly live = new LiveSeries();
	snapshot: Snapshot | undefined;
	/** A newer keydeck has taken over since the page was opened. */
	updatedTo: string | undefined;
	/** When the newest picture came, by the clock of this browser. */
	pictureAt = 0;
	notice: Notice | undefined;
	/** The token that was sent last was not accepted for an action. */
	tokenFell = false;

	constructor(options: {readonly link: DeckLink; readonly clock: Clock; readonly vault: TokenVault}) {
		this.#link = options.link;
		this.#clock = options.clock;
		this.#vault = options.vault;
		this.#link.onSnapshot = (snapshot) => this.#take(snapshot);
		this.#link.onState = (state) => {
			if (state.kind === 'token') this.#vault.keep(undefined);
			if (state.kind === 'live') {
				this.#version ??= state.hello.version;
				if (state.hello.version !== this.#version) this.updatedTo = state.hello.version;
				this.#resumeWanted();
			}
			this.#tell();
		};
	}

	get state(): DeckLink['state'] {
		return this.#link.state;
	}

	/** Somebody wants to act and must give a token first. */
	get actionNeedsToken(): boolean {
		return this.#wanted.length > 0;
	}

	/** Time at the engine as its newest picture tells; stands still while there is no connection. */
	get now(): number {
		if (this.snapshot === undefined) return this.#clock.now();
		const passed = this.state.kind === 'live' ? Math.max(0, this.#clock.now() - this.pictureAt) : 0;
		return this.snapshot.takenAt + passed;
	}

	start(): void {
		void this.#link.start();
	}

	wake(): void {
		this.#link.wake();
	}

	/** A second has passed: charts go on, and so do countdowns. */
	tick(): void {
		const now = this.#clock.now();
		if (this.state.kind === 'live' && this.snapshot !== undefined) this.live.add(this.snapshot, now);
		else if (this.snapshot !== undefined) this.live.gap(now);
		if (this.notice !== undefined && now - this.notice.at > noticeMs) this.notice = undefined;
		// A picture that has just come was drawn with this very second.
		if (now - this.pictureAt > freshMs) this.#tell();
	}

	/** Time of this browser. */
	get localNow(): number {
		return this.#clock.now();
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** A token that was typed, or undefined to go on without one. */
	giveToken(token: string | undefined): void {
		this.#vault.keep(token);
		if (token === undefined) {
			for (const {giveUp} of this.#wanted.splice(0)) giveUp();
			if (this.state.kind === 'live') {
				this.#tell();
				return;
			}
		}
		this.tokenFell = false;
		this.#link.giveToken(token);
	}

	history(kid: string): Promise<KeyHistory> {
		return this.#link.call('keyHistory', {kid, limit: 20}) as Promise<KeyHistory>;
	}

	/** Tests these keys, or all of them, and tells how it went. */
	async test(kids: readonly string[] | undefined, deep = false): Promise<void> {
		const request = {...(kids === undefined ? {} : {kids}), ...(deep ? {deep} : {})};
		this.say('plain', kids === undefined ? 'Testing every key…' : 'Testing…');
		const results = await this.#act('test', request, (done, total) => this.say('plain', `Tested ${done} of ${total}…`));
		if (results !== undefined) this.#tellTest(results as readonly TestResult[]);
	}

	/** What a one-token test of this key costs at most, USD; undefined when nobody knows. */
	async price(kid: string): Promise<number | undefined> {
		return (await this.#link.call('deepTestPrice', {kids: [kid]})) as number | undefined;
	}

	async setDisabled(key: {readonly kid: string; readonly label: string}, disabled: boolean): Promise<void> {
		await this.#act('setDuty', {kid: key.kid, duty: disabled ? 'off' : 'on', by}, undefined, () =>
			this.say('good', `${key.label} is ${disabled ? 'disabled' : 'enabled'}.`),
		);
	}

	async setStrategy(model: string, strategy: StrategyName): Promise<void> {
		await this.#act('setStrategy', {model, strategy, by}, undefined, () =>
			this.say('good', `${model} is now picked by ${strategy}.`),
		);
	}

	async acknowledge(id: string): Promise<void> {
		await this.#act('acknowledgeAlert', {id, by}, undefined, () => this.say('good', 'Alert acknowledged.'));
	}

	async silence(id: string, forMs: number): Promise<void> {
		await this.#act('silenceAlert', {id, until: this.now + forMs}, undefined, () =>
			this.say('good', `Alert silenced until ${clockTime(this.#clock.now() + forMs)}.`),
		);
	}

	say(tone: Notice['tone'], text: string): void {
		this.notice = {tone, text, at: this.#clock.now()};
		this.#tell();
	}

	dismissNotice(): void {
		this.notice = undefined;
		this.#tell();
	}

	/** A call that changes something: where it takes a token, one is asked for and the call is repeated. */
	async #act(
		method: string,
		params: object,
		progress?: (done: number, total: number) => void,
		done?: () => void,
	): Promise<unknown> {
		try {
			const result = await this.#link.call(method, params, progress);
			done?.();
			return result ?? {};
		} catch (error) {
			if (!(error instanceof CallError)) throw error;
			if (error.code !== 'TOKEN_REQUIRED') {
				this.say('bad', [error.message, error.hint].filter(Boolean).join(' · '));
				return undefined;
			}
		}
		this.notice = undefined;
		const mayGoOn = await new Promise<boolean>((resolve) => {
			this.tokenFell = this.#vault.read() !== undefined;
			this.#wanted.push({resume: () => resolve(true), giveUp: () => resolve(false)});
			this.#tell();
		});
		return mayGoOn ? this.#act(method, params, progress, done) : undefined;
	}

	/** Only with a token: without one the same answer would come again. */
	#resumeWanted(): void {
		if (this.#vault.read() === undefined) return;
		for (const {resume} of this.#wanted.splice(0)) resume();
	}

	#tellTest(results: readonly TestResult[]): void {
		const [only] = results;
		if (results.length === 1 && only !== undefined) {
			const took = only.latencyMs === null ? '' : `, ${Math.round(only.latencyMs)} ms`;
			this.say(only.ok ? 'good' : 'bad', `${only.label}: ${only.verdict}${took}. ${only.ok ? '' : only.why}`);
			return;
		}
		const good = results.filter((result) => result.ok).length;
		this.say(good === results.length ? 'good' : 'bad', `Tested ${results.length} keys: ${good} can be used now.`);
	}

	#take(snapshot: Snapshot): void {
		this.snapshot = snapshot;
		this.pictureAt = this.#clock.now();
		this.live.add(snapshot, this.pictureAt);
		this.#tell();
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}
