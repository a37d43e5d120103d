import type {JSX, RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {KeyTableRow} from './KeyTableRow.tsx';
import {type KeyGroup, type KeyOrder, largestFirst, nextOrder, type SortId} from './key-table.ts';

type Props = {
	readonly groups: readonly KeyGroup[];
	readonly order: KeyOrder;
	readonly total: number;
	readonly marked: string | undefined;
	readonly opened: boolean;
	readonly filterBox: RefObject<HTMLInputElement | null>;
	readonly onOrder: (order: KeyOrder) => void;
	readonly onOpen: (kid: string) => void;
	readonly onTestAll: () => void;
};

const columns: readonly {readonly id: string; readonly sorts: readonly (readonly [SortId, string])[]}[] = [
	{
		id: 'key',
		sorts: [
			['key', 'Key'],
			['provider', 'provider'],
		],
	},
	{id: 'state', sorts: [['state', 'State']]},
	{id: 'why', sorts: []},
	{id: 'until', sorts: [['until', 'Until']]},
	{id: 'rate', sorts: [['rate', 'OK']]},
	{id: 'latency', sorts: [['latency', 'Latency']]},
	{id: 'proof', sorts: [['proof', 'Proof']]},
	{id: 'use', sorts: [['use', 'Use']]},
];

/** Every key, trouble first. */
export function KeyTable(props: Props): JSX.Element {
	const {groups, marked, opened, onOpen} = props;
	const body = useRef<HTMLTableElement>(null);
	const open = useRef(onOpen);
	open.current = onOpen;
	useEffect(() => listenForRows(body.current, (kid) => open.current(kid)), []);
	const kids = groups.flatMap((group) => group.rows.map((row) => row.kid));
	// One row at a time is a stop of the Tab key; arrows do the rest.
	const stop = marked !== undefined && kids.includes(marked) ? marked : kids[0];
	return (
		<section class="panel keys" id="keys" aria-label="Keys">
			<KeyTableTools {...props} shown={kids.length} />
			<div class="scroll">
				<table ref={body}>
					<Head {...props} />
					{groups.map((group) => (
						<tbody key={group.trouble ?? 'all'}>
							{group.trouble === undefined ? null : (
								<tr class={`group ${group.trouble}`}>
									<th colSpan={columns.length} scope="rowgroup">
										{group.title} <b>{group.rows.length}</b>
									</th>
								</tr>
							)}
							{group.rows.map((row) => (
								<KeyTableRow
									key={row.kid}
									row={row}
									marked={opened && row.kid === marked}
									tabbable={row.kid === stop}
								/>
							))}
						</tbody>
					))}
				</table>
				{kids.length === 0 ? <p class="none">No key matches the filter.</p> : null}
			</div>
		</section>
	);
}

/** A row is clicked anywhere on it, unless text was being selected. */
function listenForRows(table: HTMLElement | null, open: (kid: string) => void): (() => void) | undefined {
	if (table === null) return undefined;
	const clicked = ({target}: Event): void => {
		if (window.getSelection()?.isCollapsed === false || !(target instanceof Element)) return;
		const row = target.closest<HTMLElement>('tr[data-kid]');
		if (row?.dataset.kid !== undefined) open(row.dataset.kid);
	};
	table.addEventListener('click', clicked);
	return () => table.removeEventListener('click', clicked);
}

function KeyTableTools({
	order,
	total,
	shown,
	filterBox,
	onOrder,
	onTestAll,
}: Props & {readonly shown: number}): JSX.Element {
	return (
		<div class="tools">
			<h2>
				Keys <small>{shown === total ? total : `${shown} of ${total}`}</small>
			</h2>
			<input
				ref={filterBox}
				type="search"
				value={order.filter}
				placeholder="Filter: name, provider, state…   /"
				aria-label="Filter keys"
				onInput={(event) => onOrder({...order, filter: event.currentTarget.value})}
			/>
			{order.sort === 'trouble' ? null : (
				<button type="button" onClick={() => onOrder({...order, sort: 'trouble', reversed: false})}>
					Trouble first
				</button>
			)}
			<span class="grow" />
			<button type="button" onClick={onTestAll} title="Ask every vendor now, free">
				Test all
			</button>
		</div>
	);
}

function Head({order, onOrder}: Props): JSX.Element {
	return (
		<thead>
			<tr>
				{columns.map(({id, sorts}) => (
					<th key={id} class={id} scope="col" aria-sort={sortWord(order, sorts)}>
						{id === 'why' ? 'Why · what to do' : null}
						{sorts.map(([sort, title]) => (
							<button
								type="button"
								key={sort}
								class={order.sort === sort ? 'chosen' : ''}
								onClick={() => onOrder(nextOrder(order, sort))}
							>
								{title}
								<span class="way" aria-hidden="true">
									{order.sort === sort ? (order.reversed ? '▴' : '▾') : ''}
								</span>
							</button>
						))}
					</th>
				))}
			</tr>
		</thead>
	);
}

function sortWord(order: KeyOrder, sorts: readonly (readonly [SortId, string])[]): 'ascending' | 'descending' | 'none' {
	if (!sorts.some(([sort]) => sort === order.sort)) return 'none';
	return order.reversed === largestFirst.includes(order.sort) ? 'ascending' : 'descending';
}
