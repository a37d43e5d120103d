import chalk from 'chalk';
import {type Instance, render, type SuspendTerminal} from 'ink';
import type {Clock, Stoppable} from '../source/clock.ts';
import type {Deck} from '../source/engine/deck.ts';
import {App} from './App.tsx';
import {type DashboardState, DashboardStore, startState} from './dashboard-state.ts';
import {DeckActions, type Screen} from './deck-actions.ts';
import {farewell, windowTitle} from './header-lines.ts';
import {noticeMs, takeSnapshot} from './intake.ts';
import {type ThemeName, themes} from './theme.ts';

const tickMs = 1000;
const signals = {SIGINT: 130, SIGTERM: 143, SIGHUP: 129} as const;
const pushTitle = '\u001b[22;0t';
const popTitle = '\u001b[23;0t';

/** What of the environment the dashboard heeds; the caller reads it. */
type DashboardEnvironment = {
	/** `NO_COLOR` is set: signs and words only. */
	readonly noColor: boolean;
	/** Copying is wrapped for tmux. @default false */
	readonly insideTmux?: boolean;
	/** Written as `~` in the header. */
	readonly homeFolder?: string;
};

export type DashboardOptions = {
	readonly deck: Deck;
	readonly clock: Clock;
	readonly env: DashboardEnvironment;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	/** @default process.stderr */
	readonly stderr?: NodeJS.WriteStream;
	/** Looks only: no key that changes or sends anything. @default false */
	readonly readOnly?: boolean;
	/** @default 'dark' */
	readonly theme?: ThemeName;
	/** Said on the status line when the screen opens. */
	readonly notice?: string;
	/** Enter on the first screen leaves the dashboard, restores the terminal and calls this; its result is the exit code. */
	readonly onDemo?: () => Promise<number>;
	/** Stops the process until it is continued. @default SIGSTOP to the process group, as a shell does */
	readonly onSuspend?: () => Promise<void>;
	/** Frames a second at most; whole-screen tests want them at once. @default 20 */
	readonly maxFps?: number;
};

/**
 * Shows the deck until a person or a signal ends it; gives the exit code: 0 after `q`, 130 after
 * Ctrl-C, 128 + n after a signal. Rejects with the reason of a crash once the terminal is restored.
 * It does not close the deck.
 */
export async function runDashboard(options: DashboardOptions): Promise<number> {
	const {clock, deck, env, stdout} = options;
	if (env.noColor) chalk.level = 0;
	const store = new DashboardStore(
		openingState(options.notice, {
			snapshot: deck.snapshot(),
			now: clock.now(),
			columns: stdout.columns ?? 80,
			rows: stdout.rows ?? 24,
			readOnly: options.readOnly ?? false,
			attachment: deck.attachment,
			offersDemo: options.onDemo !== undefined,
		}),
	);
	const session = new Session(options, store);
	const exitCode = await session.finished();
	if (session.wantsDemo && options.onDemo !== undefined) return options.onDemo();
	const {snapshot} = store.get();
	if (snapshot.mode === 'demo') stdout.write(farewell(snapshot, clock.now()));
	return exitCode;
}

function openingState(notice: string | undefined, start: Parameters<typeof startState>[0]): DashboardState {
	const state = startState(start);
	return notice === undefined ? state : {...state, notice: {text: notice, until: start.now + noticeMs}};
}

/** One run of the dashboard: what it starts, it stops. */
class Session implements Screen {
	readonly insideTmux: boolean;
	wantsDemo = false;
	readonly #options: DashboardOptions;
	readonly #store: DashboardStore;
	readonly #instance: Instance;
	readonly #stops: (() => void)[] = [];
	#suspendTerminal: SuspendTerminal | undefined;
	#crash: unknown;
	#exitCode = 0;
	#title = '';

	constructor(options: DashboardOptions, store: DashboardStore) {
		const {env, stderr = process.stderr, stdin, stdout} = options;
		this.#options = options;
		this.#store = store;
		this.insideTmux = env.insideTmux ?? false;
		const actions = new DeckActions({deck: options.deck, clock: options.clock, store, screen: this});
		this.#instance = render(
			<App
				store={store}
				actions={actions}
				theme={themes[options.theme ?? 'dark']}
				homeFolder={env.homeFolder}
				onMount={(suspendTerminal) => {
					this.#suspendTerminal = suspendTerminal;
				}}
			/>,
			{
				stdin,
				stdout,
				stderr,
				interactive: true,
				alternateScreen: true,
				incrementalRendering: true,
				exitOnCtrlC: false,
				maxFps: options.maxFps ?? 20,
				kittyKeyboard: {mode: 'auto'},
			},
		);
		this.#followDeck(actions);
		this.#followSignals();
		this.write(pushTitle);
		this.#showTitle();
	}

	/** Resolves with the exit code when the terminal is as it was. */
	async finished(): Promise<number> {
		await this.#instance.waitUntilExit().catch((error: unknown) => {
			this.#crash = error;
		});
		for (const stop of this.#stops) stop();
		this.write(popTitle);
		if (this.#crash === undefined) return this.#exitCode;
		// The alternate screen took Ink's own report with it.
		throw this.#crash;
	}

	quit(exitCode: number): void {
		this.#exitCode = exitCode;
		this.#instance.unmount();
	}

	startDemo(): void {
		this.wantsDemo = true;
		this.#instance.unmount();
	}

	redraw(): void {
		this.#instance.clear();
		this.#store.update((state) => ({...state}));
	}

	/** Gives the terminal back to the shell until the process is continued. */
	suspend(): void {
		const {onSuspend = stopProcessGroup} = this.#options;
		void this.#suspendTerminal?.(onSuspend);
	}

	write(sequence: string): void {
		this.#options.stdout.write(sequence);
	}

	#followDeck(actions: DeckActions): void {
		const {clock, deck} = this.#options;
		const look = (): void => {
			try {
				const {announced} = this.#store.get();
				this.#store.update((state) =>
					takeSnapshot(
						state,
						{snapshot: deck.snapshot(), attachment: deck.attachment, outage: deck.outage},
						clock.now(),
					),
				);
				if (announced === 'nothing' && this.#store.get().announced === 'sweep') void actions.readProofPrice();
				this.#showTitle();
			} catch (error) {
				// Who tells of a change must not suffer from it: the dashboard ends, and says why.
				this.#crash = error;
				this.#instance.unmount();
			}
		};
		const ticking: Stoppable = clock.every(tickMs, look);
		this.#stops.push(deck.subscribe(look), () => ticking.stop());
	}

	#followSignals(): void {
		for (const [signal, exitCode] of Object.entries(signals)) {
			const leave = (): void => this.quit(exitCode);
			process.on(signal, leave);
			this.#stops.push(() => process.off(signal, leave));
		}
		const stop = (): void => this.suspend();
		process.on('SIGTSTP', stop);
		this.#stops.push(() => process.off('SIGTSTP', stop));
	}

	#showTitle(): void {
		const title = windowTitle(this.#store.get().snapshot);
		if (title === this.#title) return;
		this.#title = title;
		this.write(`\u001b]2;${title}\u0007`);
	}
}

/** Stops this process and its wrappers (npm, npx) as Ctrl-Z does; resolves once it is continued. Windows has no such thing. */
async function stopProcessGroup(): Promise<void> {
	if (process.platform === 'win32') return;
	await new Promise<void>((resolve) => {
		process.once('SIGCONT', () => resolve());
		process.kill(0, 'SIGSTOP');
	});
}
