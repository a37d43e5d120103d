import type {Clock} from '../source/clock.ts';
import type {Kid} from '../source/domain/key.ts';
import type {Deck, TestResult} from '../source/engine/deck.ts';
import {KeydeckError, unreachable} from '../source/errors.ts';
import {duration, latency, plural} from '../source/format.ts';
import {copySequence} from './clipboard.ts';
import type {DashboardStore, Effect} from './dashboard-state.ts';
import {withToast} from './intake.ts';
import {deepTestQuestion} from './key-actions.ts';
import {type Line, span} from './line.ts';
import type {Tone} from './theme.ts';

/** How many verdicts the detail shows. */
const historyLength = 20;
const dryRunLength = 10;
const person = 'you';

/** What only the terminal can do. */
export interface Screen {
	/** Leaves the dashboard with this exit code. */
	quit(exitCode: number): void;
	startDemo(): void;
	suspend(): void;
	redraw(): void;
	/** Bytes that draw nothing: clipboard, title. */
	write(sequence: string): void;
	readonly insideTmux: boolean;
}

/** Carries out what key presses ask for; failures become toasts, never crashes. */
export class DeckActions {
	readonly #deck: Deck;
	readonly #store: DashboardStore;
	readonly #clock: Clock;
	readonly #screen: Screen;

	constructor(parts: {
		readonly deck: Deck;
		readonly store: DashboardStore;
		readonly clock: Clock;
		readonly screen: Screen;
	}) {
		this.#deck = parts.deck;
		this.#store = parts.store;
		this.#clock = parts.clock;
		this.#screen = parts.screen;
	}

	/** Starts an effect; its end is seen in the store. */
	run(effect: Effect): void {
		this.#carryOut(effect).catch((error: unknown) => this.toast(errorWords(error), 'bad'));
	}

	/** Says something for three seconds. */
	toast(text: string, tone: Tone): void {
		this.#store.update((state) => withToast({...state, now: this.#clock.now()}, text, tone));
	}

	/** Reads the last verdicts of the key whose detail is open; again whenever it was heard of. */
	async readHistory(kid: Kid): Promise<void> {
		try {
			const history = await this.#deck.keyHistory(kid, historyLength);
			this.#store.update((state) =>
				state.detail?.kid === kid ? {...state, detail: {...state.detail, history}} : state,
			);
		} catch (error) {
			this.toast(errorWords(error), 'bad');
		}
	}

	/** Reads what a real call with every key costs, for the line after the first sweep. */
	async readProofPrice(): Promise<void> {
		const proofPrice = await this.#deck.deepTestPrice({deep: true}).catch(() => undefined);
		this.#store.update((state) => ({...state, proofPrice}));
	}

	async #carryOut(effect: Effect): Promise<void> {
		switch (effect.kind) {
			case 'quit':
				return this.#screen.quit(effect.exitCode);
			case 'demo':
				return this.#screen.startDemo();
			case 'suspend':
				return this.#screen.suspend();
			case 'redraw':
				return this.#screen.redraw();
			case 'copy':
				return this.#copy(effect.text, effect.what);
			case 'test':
				return this.#test(effect);
			case 'price':
				return this.#askPrice(effect);
			case 'dry-run':
				return this.#dryRun(effect.model);
			case 'disable':
				await this.#deck.setDuty(effect.kid, effect.disabled ? 'off' : 'on', person);
				return this.toast(`${effect.label} is ${effect.disabled ? 'disabled' : 'enabled'}`, 'good');
			case 'strategy':
				await this.#deck.setStrategy(effect.model, effect.strategy, person);
				return this.toast(`${effect.model} now picks by ${effect.strategy}`, 'good');
			case 'acknowledge':
				await this.#deck.acknowledgeAlert(effect.alert.id, person);
				return this.toast(`acknowledged: ${effect.alert.label}`, 'good');
			case 'silence':
				await this.#deck.silenceAlert(effect.alert.id, effect.until);
				return this.toast(`silent for ${duration(effect.until - this.#clock.now())}: ${effect.alert.label}`, 'good');
			default:
				return unreachable(effect);
		}
	}

	#copy(text: string, what: string): void {
		const sequence = copySequence(text, this.#screen.insideTmux);
		if (sequence === undefined) {
			this.toast(`${what} is too long to copy`, 'warn');
		} else {
			this.#screen.write(sequence);
			this.toast(`copied ${what}, masked`, 'good');
		}
	}

	async #test(effect: Extract<Effect, {kind: 'test'}>): Promise<void> {
		const {deep, kids} = effect;
		const total = kids?.length ?? this.#store.get().snapshot.keys.length;
		this.#store.update((state) => ({...state, testing: {done: 0, total}}));
		try {
			const results = await this.#deck.test({deep, ...(kids === undefined ? {} : {kids})}, (done, of) => {
				this.#store.update((state) => ({...state, testing: {done, total: of}}));
			});
			this.toast(resultWords(results, effect.label), results.every((result) => result.ok) ? 'good' : 'warn');
		} finally {
			this.#store.update((state) => ({...state, testing: undefined}));
		}
	}

	async #askPrice(effect: Extract<Effect, {kind: 'price'}>): Promise<void> {
		const [one, all] = await Promise.all([
			this.#deck.deepTestPrice({kids: [effect.kid], deep: true}),
			this.#deck.deepTestPrice({deep: true}),
		]);
		// Whoever opened something else meanwhile is not interrupted.
		this.#store.update((state) =>
			state.dialog === undefined
				? {...state, dialog: deepTestQuestion(effect, state.snapshot.keys.length, {one, all})}
				: state,
		);
	}

	async #dryRun(model: string): Promise<void> {
		const run = await this.#deck.dryRun(model, undefined, dryRunLength);
		const lines: readonly Line[] = run.picks.map((pick, place) => [
			span(`${String(place + 1).padStart(2)}  `, 'quiet'),
			span(pick.label),
			span(`  ${pick.why}`, 'quiet'),
		]);
		const none: Line = [span('No key could be picked now: see the Keys pane for why.', 'warn')];
		this.#store.update((state) =>
			state.dialog === undefined
				? {
						...state,
						dialog: {
							kind: 'page',
							title: `Dry run of ${run.model}: ${run.strategy}, nothing is sent`,
							lines: lines.length === 0 ? [none] : lines,
							top: 0,
						},
					}
				: state,
		);
	}
}

function resultWords(results: readonly TestResult[], label: string): string {
	const [only] = results;
	if (results.length === 1 && only !== undefined) {
		const took = only.latencyMs === null ? '' : `, ${latency(only.latencyMs)}`;
		return `${only.label}: ${only.ok || only.why === '' ? only.state : `${only.state} · ${only.why}`}${took}`;
	}
	const good = results.filter((result) => result.ok).length;
	return `${label}: ${good} of ${plural(results.length, 'key')} good`;
}

function errorWords(error: unknown): string {
	if (error instanceof KeydeckError)
		return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
	return error instanceof Error ? error.message : String(error);
}
