import type {ShownDeck} from '../opening/open-deck.ts';
import type {Call, Screen} from './command.ts';

/** Shows a deck on the whole terminal until a person or a signal ends it, and closes it; gives the exit code. */
export async function showDeck(
	{clock, env, typed}: Call,
	{stdin, stdout}: Screen,
	opening: Promise<ShownDeck & {readonly notice?: string}>,
	onDemo?: () => Promise<number>,
): Promise<number> {
	// React and Ink take their time to load: meanwhile the deck opens.
	const loading = import('../../components/dashboard.tsx');
	const opened = await opening;
	const {deck, settings, notice} = opened;
	try {
		const {runDashboard} = await loading;
		return await runDashboard({
			deck,
			clock,
			stdin,
			stdout,
			env: {
				noColor: Boolean(env.NO_COLOR) || env.TERM === 'dumb',
				insideTmux: Boolean(env.TMUX),
				...(env.HOME === undefined ? {} : {homeFolder: env.HOME}),
			},
			readOnly: typed.on('read-only') || settings.dashboard.readOnly,
			theme: settings.dashboard.theme,
			...(notice === undefined ? {} : {notice}),
			...(onDemo === undefined ? {} : {onDemo}),
		});
	} finally {
		await opened.close();
	}
}
