import {Component, type JSX} from 'preact';
import {Icon} from './Icon.tsx';
import type {KeyRow} from './key-table.ts';

type Props = {readonly row: KeyRow; readonly marked: boolean; readonly tabbable: boolean};

/** One key. Of five hundred rows, only those whose words changed are drawn again. */
export class KeyTableRow extends Component<Props> {
	override shouldComponentUpdate(next: Props): boolean {
		const {row, marked, tabbable} = this.props;
		if (marked !== next.marked || tabbable !== next.tabbable) return true;
		return (Object.keys(row) as (keyof KeyRow)[]).some((field) => row[field] !== next.row[field]);
	}

	override render({row, marked, tabbable}: Props): JSX.Element {
		return (
			<tr data-kid={row.kid} class={marked ? 'marked' : ''}>
				<td class="key" title={row.title}>
					<button type="button" class="label" tabIndex={tabbable ? 0 : -1} aria-expanded={marked}>
						{row.label}
					</button>
					<span class="second">{row.provider}</span>
				</td>
				<td class={`state ${row.tone}`}>
					<span class={`word ${row.tone}`}>
						<Icon sign={{shape: row.shape, tone: row.tone}} />
						{row.state}
					</span>
				</td>
				<td class="why" title={[row.why, row.advice].filter(Boolean).join('\n')}>
					<span class="first">{row.why}</span>
					<span class="second">{row.advice}</span>
				</td>
				<td class="until">
					<span class="first rest">{row.left}</span>
					<span class="second">{row.until}</span>
				</td>
				<td class={`number rate ${row.rateTone}`} data-title="OK">
					{row.rate}
				</td>
				<td class={`number latency ${row.latencyTone}`} data-title="Latency">
					{row.latency}
				</td>
				<td class={`number proof ${row.proofTone}`} data-title="Proof">
					{row.proof}
				</td>
				<td class="number use" data-title="Use">
					<span class="first">{row.use}</span>
					<span class="second">{row.useDetail}</span>
				</td>
			</tr>
		);
	}
}
