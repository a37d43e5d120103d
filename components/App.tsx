import {Box, type SuspendTerminal, Text, useApp, useInput, useWindowSize} from 'ink';
import {type ReactNode, useEffect, useLayoutEffect, useSyncExternalStore} from 'react';
import {AlertsPane} from './AlertsPane.tsx';
import {Dialog} from './Dialog.tsx';
import type {DashboardState, DashboardStore} from './dashboard-state.ts';
import {placeOf} from './dashboard-state.ts';
import type {DeckActions} from './deck-actions.ts';
import {anchoredAs, press} from './dispatch.ts';
import {firstScreenLines} from './first-screen.ts';
import {HealthPane} from './HealthPane.tsx';
import {headerLine, tabsLine} from './header-lines.ts';
import {footerLine} from './help-lines.ts';
import {KeyDetail} from './KeyDetail.tsx';
import {KeysPane} from './KeysPane.tsx';
import {keyPresses} from './key-press.ts';
import {Lines} from './Lines.tsx';
import {Loading} from './Loading.tsx';
import {cutLine, type Line, lineWidth, span, spread} from './line.ts';
import {RotationPane} from './RotationPane.tsx';
import {exactly} from './reason-lines.ts';
import {detailKey, leastSize} from './scene.ts';
import {loadingWords, sourceLine} from './status-line.ts';
import type {Theme} from './theme.ts';

type Props = {
	readonly store: DashboardStore;
	readonly actions: DeckActions;
	readonly theme: Theme;
	readonly homeFolder: string | undefined;
	/** Told once how to hand the terminal to somebody else. */
	readonly onMount?: (suspendTerminal: SuspendTerminal) => void;
};

type View = {readonly state: DashboardState; readonly theme: Theme};

/** The whole dashboard: one state in, one screen out, and the only place that takes keys. */
export function App({store, actions, theme, homeFolder, onMount}: Props): ReactNode {
	const {suspendTerminal} = useApp();
	useEffect(() => onMount?.(suspendTerminal), [onMount, suspendTerminal]);
	const state = useSyncExternalStore(store.subscribe, store.get);
	const {columns, rows} = useWindowSize();
	useLayoutEffect(() => store.update((before) => resized(before, columns, rows)), [store, columns, rows]);
	useKeys(store, actions, state);
	useOpenHistory(state, actions);
	const sized = resized(state, columns, rows);
	if (columns < leastSize.columns || rows < leastSize.rows) return <TooSmall state={sized} theme={theme} />;
	return (
		<Box flexDirection="column" width={columns} height={rows} overflow="hidden">
			{sized.detail === undefined ? (
				<>
					<Lines lines={[headerLine(sized.snapshot, {now: sized.now, cells: columns, homeFolder})]} theme={theme} />
					<Tabs state={sized} theme={theme} />
					<Pane state={sized} theme={theme} />
				</>
			) : (
				<KeyDetail state={sized} theme={theme} />
			)}
			<Footer state={sized} theme={theme} />
			{sized.dialog !== undefined && <Dialog dialog={sized.dialog} columns={columns} rows={rows} theme={theme} />}
		</Box>
	);
}

function resized(state: DashboardState, columns: number, rows: number): DashboardState {
	return state.columns === columns && state.rows === rows ? state : {...state, columns, rows};
}

/** Takes what was typed, key by key, against the state the key before it left. */
function useKeys(store: DashboardStore, actions: DeckActions, drawn: DashboardState): void {
	useInput((input, key) => {
		// A picture may have come in since this one was drawn; the mark meant is the one that was seen.
		store.update((state) => anchoredAs(state, drawn));
		for (const name of keyPresses(input, key)) {
			const {state, effects} = press(store.get(), name);
			store.set(state);
			for (const effect of effects) actions.run(effect);
		}
	});
}

/** An open detail reads its verdicts again whenever its key was heard of. */
function useOpenHistory(state: DashboardState, actions: DeckActions): void {
	const kid = state.detail?.kid;
	const heardAt = kid === undefined ? undefined : detailKey(state)?.lastCheck?.at;
	// biome-ignore lint/correctness/useExhaustiveDependencies: a newer check means that there is more to read.
	useEffect(() => {
		if (kid !== undefined) void actions.readHistory(kid);
	}, [actions, kid, heardAt]);
}

function Tabs({state, theme}: View): ReactNode {
	const {columns} = state;
	const words = loadingWords(state);
	const tabs = tabsLine(state.snapshot, state.pane, columns);
	if (words === undefined) return <Lines lines={[spread(tabs, sourceLine(state), columns)]} theme={theme} />;
	const room = Math.max(0, columns - lineWidth(tabs) - 1);
	return (
		<Box height={1} justifyContent="space-between">
			<Lines lines={[tabs]} theme={theme} />
			<Box width={Math.min(room, words.length + 3)}>
				<Loading words={words} />
			</Box>
		</Box>
	);
}

function Pane({state, theme}: View): ReactNode {
	if (placeOf({...state, dialog: undefined}) === 'empty') {
		const {columns, offersDemo, rows, snapshot} = state;
		const lines = firstScreenLines(snapshot, columns, offersDemo).map((line) => cutLine(line, columns));
		return <Lines lines={exactly(lines, rows - 3)} theme={theme} />;
	}
	switch (state.pane) {
		case 'keys':
			return <KeysPane state={state} theme={theme} />;
		case 'rotation':
			return <RotationPane state={state} theme={theme} />;
		case 'health':
			return <HealthPane state={state} theme={theme} />;
		case 'alerts':
			return <AlertsPane state={state} theme={theme} />;
	}
}

/** The keys that work now; for three seconds, what has just happened. */
function Footer({state, theme}: View): ReactNode {
	const toast = state.toasts.at(-1);
	const signs = {good: '✓', bad: '✗', warn: '!'} as const;
	const line: Line =
		toast === undefined
			? footerLine(placeOf(state), state, state.columns)
			: [span(` ${signs[toast.tone as keyof typeof signs] ?? '·'} ${toast.text}`, toast.tone, true)];
	return <Lines lines={[cutLine(line, state.columns)]} theme={theme} />;
}

function TooSmall({state, theme}: View): ReactNode {
	const words = `keydeck needs ${leastSize.columns}x${leastSize.rows}, this is ${state.columns}x${state.rows}`;
	return (
		<Box width={state.columns} height={state.rows} overflow="hidden">
			<Text>{theme.tones.warn(words)}</Text>
		</Box>
	);
}
