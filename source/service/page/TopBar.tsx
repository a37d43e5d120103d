import type {JSX} from 'preact';
import type {Snapshot} from '../../engine/snapshot.ts';
import {clean, clockTime, plural} from '../../format.ts';
import type {ThemeName} from './browser-storage.ts';
import {connectionLine, connectionWord} from './connection-words.ts';
import type {Session} from './session.ts';

type Props = {
	readonly session: Session;
	readonly theme: ThemeName;
	readonly onTheme: () => void;
	readonly onHelp: () => void;
};

/** Whose deck this is, and whether what is shown is now. */
export function TopBar({session, theme, onTheme, onHelp}: Props): JSX.Element {
	const {snapshot, state} = session;
	const {word, tone} = connectionWord(state);
	const root = clean(snapshot?.root ?? '');
	const version = state.kind === 'live' ? `keydeck ${state.hello.version}, pid ${state.hello.pid}` : '';
	return (
		<header class="top">
			<h1 title={clean(version)}>keydeck</h1>
			{snapshot?.mode === 'demo' ? (
				<strong class="badge warn" title="Simulated vendors and agents">
					DEMO
				</strong>
			) : (
				<span class="root" title={root}>
					{root.split(/[/\\]/).findLast(Boolean) ?? root}
				</span>
			)}
			<nav aria-label="Parts of the page">
				<a href="#keys">Keys</a>
				<a href="#alerts">Alerts</a>
				<a href="#charts">Charts</a>
				<a href="#models">Models</a>
				<a href="#events">Events</a>
			</nav>
			<span class="grow" />
			{snapshot === undefined ? null : <StoreWord snapshot={snapshot} />}
			<span class={`link ${tone}`}>
				<span class="pulse" aria-hidden="true" />
				{word}
			</span>
			<time class="clock" title="Local time">
				{clockTime(session.localNow)}
			</time>
			<button type="button" class="plain" onClick={onHelp} title="Keyboard shortcuts" aria-label="Keyboard shortcuts">
				?
			</button>
			<button type="button" class="plain" onClick={onTheme} title="Dark or light">
				{theme === 'dark' ? 'Light' : 'Dark'}
			</button>
		</header>
	);
}

function StoreWord({snapshot}: {readonly snapshot: NonNullable<Session['snapshot']>}): JSX.Element {
	const {kind, state, detail} = snapshot.store;
	return (
		<span class={`store ${state === 'ok' ? 'quiet' : 'badge bad'}`} title={clean(detail ?? `Store: ${kind}, ok`)}>
			{state === 'ok' ? `store ${kind}${fleetWords(snapshot)}` : `store ${kind} DEGRADED`}
		</span>
	);
}

/** What is wrong with the picture itself, over everything else. */
export function Banners({session}: {readonly session: Session}): JSX.Element {
	const {snapshot, state} = session;
	const line = connectionLine(state, session.localNow, snapshot === undefined ? undefined : session.pictureAt);
	return (
		<>
			{line === '' ? null : (
				<div class="banner bad" role="status">
					<span>{line}</span>
					{state.kind === 'offline' ? (
						<button type="button" onClick={() => session.wake()}>
							Try now
						</button>
					) : null}
				</div>
			)}
			{session.updatedTo === undefined ? null : (
				<div class="banner" role="status">
					<span>keydeck is now {clean(session.updatedTo)}; this page is older</span>
					<button type="button" onClick={() => location.reload()}>
						Reload
					</button>
				</div>
			)}
			{snapshot?.store.state === 'degraded' ? (
				<div class="banner bad" role="alert">
					<span>
						The {snapshot.store.kind} store is degraded: {clean(snapshot.store.detail ?? 'it does not answer')}
						{snapshot.store.kind === 'redis'
							? ' · this process keeps its share of the limits alone until it is back'
							: ''}
					</span>
				</div>
			) : null}
		</>
	);
}

/** ` · 3 replicas, web-1:4711 probes`: of a store that several share. */
function fleetWords({fleet}: Snapshot): string {
	if (fleet === undefined) return '';
	const prober = fleet.replicas.find(({probes}) => probes);
	return ` · ${plural(fleet.replicas.length, 'replica')}${prober === undefined ? '' : `, ${clean(prober.name)} probes`}`;
}
