import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type OpenOptions, type OwnDeck, openOwnDeck} from '../opening/open-deck.ts';
import {createHttpClient} from '../providers/http-client.ts';
import {createDemo, demoAgents} from '../simulator/demo.ts';
import {playStory} from '../simulator/demo-story.ts';
import {startSimulator} from '../simulator/simulator.ts';
import {startDemoAgents} from './demo-agents.ts';

/** A demo is over in minutes: it is probed more often than a deck that stays open all day. */
const configuration = {probe: {intervalMs: 5000}};

/**
 * The deck on vendors simulated in this process, with agents at work. Everything but the base URLs is what a
 * real deck is made of; its home is thrown away at the end.
 */
export async function openDemoDeck(
	options: Pick<OpenOptions, 'clock' | 'version'> & Partial<OpenOptions>,
): Promise<OwnDeck> {
	const {clock} = options;
	const random = Math.random;
	const folder = await mkdtemp(join(tmpdir(), 'keydeck-demo-'));
	const demo = createDemo(random);
	const simulator = await startSimulator({scenario: demo.scenario, clock, random});
	const transport = createHttpClient({clock, env: {}});
	const close = async (): Promise<void> => {
		await transport.close();
		await simulator.close();
		await rm(folder, {recursive: true, force: true});
	};
	try {
		await writeFile(join(folder, 'keydeck.config.json'), JSON.stringify(configuration), {mode: 0o600});
		const env = {...demo.environment, ...simulator.env(), KEYDECK_HOME: join(folder, 'home')};
		const opened = await openOwnDeck({flags: {}, live: true, ...options, cwd: folder, env, mode: 'demo'});
		const agents = startDemoAgents({...opened, agents: demoAgents, transport, clock, random});
		const story = playStory(simulator, clock, () => undefined);
		const closeAll = async (): Promise<void> => {
			story.stop();
			await agents.stop();
			await opened.close();
			await close();
		};
		return {...opened, close: closeAll};
	} catch (error) {
		await close();
		throw error;
	}
}
