import type {Clock, Stoppable} from '../clock.ts';
import type {Change} from './change.ts';
import type {Simulator} from './simulator.ts';

/** One thing that happens in the demo. */
type StoryStep = {
	/** From the beginning of the story. */
	readonly atMs: number;
	/** One sentence for people. */
	readonly say: string;
	readonly changes: readonly Change[];
};

const key = (vendor: 'openai' | 'mistral' | 'gemini', label: string, behaviour: Behaviour): Change => ({
	vendor,
	keys: {label},
	behaviour,
});

type Behaviour = NonNullable<Extract<Change, {keys: unknown}>['behaviour']>;

/** Ninety seconds of trouble, each kind once; at the end all is well again. */
export const demoStory: readonly StoryStep[] = [
	{
		atMs: 6000,
		say: 'somebody revokes OPENAI_API_KEY2',
		changes: [key('openai', 'OPENAI_API_KEY2', 'revoked')],
	},
	{
		atMs: 14_000,
		say: 'account beta at OpenAI runs dry',
		changes: [{vendor: 'openai', keys: {account: 'beta'}, behaviour: 'no-credit'}],
	},
	{
		atMs: 22_000,
		say: 'a batch job uses up the minute of gpt-4o for account acme: OpenAI is dry',
		changes: [key('openai', 'OPENAI_API_KEY', {kind: 'throttled', forMs: 45_000, models: ['gpt-4o']})],
	},
	{
		atMs: 30_000,
		say: 'MISTRAL_API_KEY2 is throttled, and Mistral gives no deadline',
		changes: [key('mistral', 'MISTRAL_API_KEY2', {kind: 'throttled', forMs: 20_000})],
	},
	{
		atMs: 38_000,
		say: 'Anthropic is overloaded: every call gets a 529',
		changes: [{vendor: 'anthropic', condition: 'overloaded'}],
	},
	{atMs: 54_000, say: 'Anthropic heals', changes: [{vendor: 'anthropic', condition: 'up'}]},
	{
		atMs: 60_000,
		say: 'Google reports GEMINI_API_KEY3 as leaked',
		changes: [key('gemini', 'GEMINI_API_KEY3', 'leaked')],
	},
	{
		atMs: 72_000,
		say: 'account beta at OpenAI is topped up',
		changes: [{vendor: 'openai', keys: {account: 'beta'}, behaviour: 'valid'}],
	},
	{
		atMs: 80_000,
		say: 'OPENAI_API_KEY2 and GEMINI_API_KEY3 are made good again',
		changes: [key('openai', 'OPENAI_API_KEY2', 'valid'), key('gemini', 'GEMINI_API_KEY3', 'valid')],
	},
	{atMs: 90_000, say: 'all is well; the story begins again in a minute', changes: []},
];

/** After this the story begins again. */
export const storyEveryMs = 150_000;

/** Plays the demo's story over and over until it is stopped; `tell` hears each step as it happens. */
export function playStory(simulator: Simulator, clock: Clock, tell: (step: StoryStep) => void): Stoppable {
	let pending: readonly Stoppable[] = [];
	const play = () => {
		pending = demoStory.map((step) =>
			clock.after(step.atMs, () => {
				for (const change of step.changes) simulator.change(change);
				tell(step);
			}),
		);
	};
	play();
	const again = clock.every(storyEveryMs, play);
	return {
		stop() {
			again.stop();
			for (const step of pending) step.stop();
		},
	};
}
