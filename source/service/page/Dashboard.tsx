import type {JSX} from 'preact';
import {useLayoutEffect, useRef, useState} from 'preact/hooks';
import type {Snapshot} from '../../engine/snapshot.ts';
import {AlertList} from './AlertList.tsx';
import type {ThemeName} from './browser-storage.ts';
import {DayCharts, LiveChart} from './Charts.tsx';
import {EventList} from './EventList.tsx';
import {HelpCard} from './HelpCard.tsx';
import {KeyPanel} from './KeyPanel.tsx';
import {KeyTable} from './KeyTable.tsx';
import {keyGroups} from './key-table.ts';
import {ModelTable} from './ModelTable.tsx';
import {PoolStrip, Tiles} from './Overview.tsx';
import type {Session} from './session.ts';
import {useKeyboard} from './use-keyboard.ts';
import {firstView, type View} from './view.ts';

type Props = {
	readonly session: Session;
	readonly snapshot: Snapshot;
	readonly theme: ThemeName;
	readonly help: boolean;
	readonly onHelp: (shown: boolean) => void;
	readonly onTheme: () => void;
	/** Something lies over it that takes the keyboard. */
	readonly locked: boolean;
};

export function Dashboard(props: Props): JSX.Element {
	const {session, snapshot, theme, help, onHelp} = props;
	const [view, setView] = useState(firstView);
	const filterBox = useRef<HTMLInputElement>(null);
	const now = session.now;
	const groups = keyGroups(snapshot, view.order, now);
	const show = (change: Partial<View>): void => setView((old) => ({...old, question: undefined, ...change}));
	const kids = groups.flatMap((group) => group.rows.map((row) => row.kid));
	useKeyboard({...props, view, show, kids, filterBox});
	const shownKey = view.opened ? snapshot.keys.find((key) => key.kid === view.marked) : undefined;
	const filterBy = (filter: string): void => show({order: {...view.order, filter}});
	useRowFocus(view.marked, shownKey !== undefined);
	return (
		<>
			<main>
				<Tiles snapshot={snapshot} now={now} />
				<PoolStrip
					snapshot={snapshot}
					now={now}
					filter={view.order.filter}
					onPool={(name) => filterBy(view.order.filter === name ? '' : name)}
				/>
				<div class="columns">
					<KeyTable
						groups={groups}
						order={view.order}
						total={snapshot.keys.length}
						marked={view.marked}
						opened={view.opened}
						filterBox={filterBox}
						onOrder={(order) => show({order})}
						onOpen={(kid) => show({marked: kid, opened: true})}
						onTestAll={() => void session.test(undefined)}
					/>
					<div class="side">
						<AlertList
							session={session}
							snapshot={snapshot}
							now={now}
							onSubject={({kid, provider}) =>
								kid === undefined ? filterBy(provider) : show({marked: kid, opened: true})
							}
						/>
						<LiveChart session={session} theme={theme} />
					</div>
				</div>
				<DayCharts snapshot={snapshot} theme={theme} />
				<ModelTable session={session} snapshot={snapshot} now={now} />
				<EventList snapshot={snapshot} />
			</main>
			{shownKey === undefined ? null : (
				<KeyPanel
					session={session}
					snapshot={snapshot}
					keyView={shownKey}
					now={now}
					question={view.question}
					onQuestion={(question) => show({question})}
					onClose={() => show({opened: false})}
				/>
			)}
			{help ? <HelpCard onClose={() => onHelp(false)} /> : null}
		</>
	);
}

/**
 * The keyboard's place follows the mark, and comes back to its row when the detail is closed. A row that changes
 * its group is made anew and would lose it. At once, before the next key is pressed: that one must meet the row
 * that is marked.
 */
function useRowFocus(marked: string | undefined, panelShown: boolean): void {
	const held = useRef(false);
	const button = (): HTMLElement | null =>
		marked === undefined ? null : document.querySelector(`tr[data-kid="${CSS.escape(marked)}"] button`);
	// biome-ignore lint/correctness/useExhaustiveDependencies: the mark and the panel are what moves the keyboard.
	useLayoutEffect(() => {
		const row = button();
		row?.scrollIntoView({block: 'nearest'});
		if (!panelShown) row?.focus({preventScroll: true});
	}, [marked, panelShown]);
	useLayoutEffect(() => {
		const row = button();
		if (held.current && document.activeElement === document.body) row?.focus({preventScroll: true});
		held.current = row !== null && document.activeElement === row;
	});
}
