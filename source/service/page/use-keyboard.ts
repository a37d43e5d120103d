import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import type {Snapshot} from '../../engine/snapshot.ts';
import {switchKey} from './KeyPanelActions.tsx';
import {type Intent, intentOf, movedMark} from './page-keys.ts';
import type {Session} from './session.ts';
import type {View} from './view.ts';

type Scene = {
	readonly session: Session;
	readonly snapshot: Snapshot;
	readonly view: View;
	readonly show: (change: Partial<View>) => void;
	/** Rows in the order they are shown. */
	readonly kids: readonly string[];
	readonly filterBox: RefObject<HTMLInputElement | null>;
	readonly help: boolean;
	readonly onHelp: (shown: boolean) => void;
	readonly onTheme: () => void;
	readonly locked: boolean;
};

/** Listens to the whole page; what it does is in `page-keys.ts`. */
export function useKeyboard(scene: Scene): void {
	const newest = useRef(scene);
	newest.current = scene;
	useEffect(() => {
		const pressed = (event: KeyboardEvent): void => {
			const {target, key, ctrlKey, metaKey, altKey} = event;
			if (newest.current.locked || event.defaultPrevented) return;
			const element = target instanceof HTMLElement ? target : undefined;
			const typing = element?.matches('input, select, textarea') ?? false;
			const onControl = element?.matches('button, a, summary') ?? false;
			const intent = intentOf({key, ctrlKey, metaKey, altKey, typing, onControl});
			if (intent === undefined) return;
			event.preventDefault();
			carryOut(intent, newest.current);
		};
		document.addEventListener('keydown', pressed);
		return () => document.removeEventListener('keydown', pressed);
	}, []);
}

function carryOut(intent: Intent, scene: Scene): void {
	const {view, show, kids, filterBox, snapshot} = scene;
	switch (intent.kind) {
		case 'move':
			show({marked: movedMark(kids, view.marked, intent.by)});
			break;
		case 'first':
			show({marked: kids[0]});
			break;
		case 'last':
			show({marked: kids.at(-1)});
			break;
		case 'open':
			show({opened: snapshot.keys.some((key) => key.kid === view.marked)});
			break;
		case 'close':
			close(scene);
			break;
		case 'filter':
			filterBox.current?.select();
			break;
		case 'theme':
			scene.onTheme();
			break;
		case 'help':
			scene.onHelp(!scene.help);
			break;
		default:
			act(intent.kind, scene);
	}
}

/** What is done to the marked key. */
function act(kind: 'test' | 'deep-test' | 'switch', {session, snapshot, view, show}: Scene): void {
	const key = snapshot.keys.find((each) => each.kid === view.marked);
	if (key === undefined) return;
	if (kind === 'test') void session.test([key.kid]);
	else if (kind === 'deep-test') show({opened: true, question: 'deep-test'});
	else void switchKey(session, snapshot, key, (question) => show({opened: true, question}));
}

/** One thing at a time, the topmost first. */
function close({help, onHelp, view, show, filterBox}: Scene): void {
	if (help) onHelp(false);
	else if (view.question !== undefined) show({question: undefined});
	else if (view.opened) show({opened: false});
	else if (view.order.filter !== '') show({order: {...view.order, filter: ''}});
	else filterBox.current?.blur();
}
