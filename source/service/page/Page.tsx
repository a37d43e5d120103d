import type {JSX} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {AlertVoice} from './AlertList.tsx';
import {browserClock} from './browser-clock.ts';
import {chooseTheme, currentTheme, paintTheme, type ThemeName} from './browser-storage.ts';
import {Dashboard} from './Dashboard.tsx';
import {EmptyDeck, EventList} from './EventList.tsx';
import {tabTitle} from './overview.ts';
import type {Session} from './session.ts';
import {TokenForm} from './TokenForm.tsx';
import {Banners, TopBar} from './TopBar.tsx';

/** The whole page: one picture in, one screen out. */
export function Page({session}: {readonly session: Session}): JSX.Element {
	useSession(session);
	const [theme, toggleTheme] = useTheme();
	const [help, setHelp] = useState(false);
	const {snapshot, state} = session;
	const live = state.kind === 'live';
	const title = tabTitle(snapshot, live);
	useEffect(() => {
		document.title = title;
	}, [title]);
	const asks = state.kind === 'token' || (session.actionNeedsToken && live);
	return (
		<div class={live || snapshot === undefined ? 'page' : 'page stale'}>
			<div inert={asks}>
				<TopBar session={session} theme={theme} onTheme={toggleTheme} onHelp={() => setHelp(!help)} />
				<Banners session={session} />
				<AlertVoice snapshot={snapshot} />
				{snapshot === undefined ? (
					<p class="loading">{asks ? '' : 'Waiting for the first picture…'}</p>
				) : snapshot.keys.length === 0 ? (
					<main>
						<EmptyDeck snapshot={snapshot} />
						<EventList snapshot={snapshot} />
					</main>
				) : (
					<Dashboard
						session={session}
						snapshot={snapshot}
						theme={theme}
						help={help}
						onHelp={setHelp}
						onTheme={toggleTheme}
						locked={asks}
					/>
				)}
			</div>
			<NoticeLine session={session} />
			{asks ? <TokenForm session={session} /> : null}
		</div>
	);
}

/** Draws again when something is new, and each second while somebody looks. */
function useSession(session: Session): void {
	const [, draw] = useState(0);
	useEffect(() => {
		const ended = session.subscribe(() => draw((times) => times + 1));
		const ticking = browserClock.every(1000, () => {
			if (document.visibilityState === 'visible') session.tick();
		});
		return () => {
			ended();
			ticking.stop();
		};
	}, [session]);
}

function useTheme(): [ThemeName, () => void] {
	const [theme, setTheme] = useState(currentTheme);
	useEffect(() => {
		const system = window.matchMedia('(prefers-color-scheme: light)');
		const follow = (): void => {
			paintTheme();
			setTheme(currentTheme());
		};
		system.addEventListener('change', follow);
		return () => system.removeEventListener('change', follow);
	}, []);
	const toggle = (): void => {
		chooseTheme(currentTheme() === 'dark' ? 'light' : 'dark');
		setTheme(currentTheme());
	};
	return [theme, toggle];
}

/** What came of the last action. */
function NoticeLine({session}: {readonly session: Session}): JSX.Element {
	const {notice} = session;
	return (
		<div class="notice" role="status" aria-live="polite">
			{notice === undefined ? null : (
				<button type="button" class={notice.tone} title="Dismiss" onClick={() => session.dismissNotice()}>
					{notice.text}
				</button>
			)}
		</div>
	);
}
