import type {Simulator} from '../../simulator/simulator.ts';
import {type Call, type Command, exits} from '../command.ts';
import {sayFailure} from '../failure.ts';
import {UsageError, wholeNumber} from '../usage.ts';

/** `keydeck simulate`: the vendors on this machine, for demos, tests and agents. */
export const simulateCommand: Command = {
	name: 'simulate',
	summary: 'Simulated vendors on this machine, by a scenario',
	teaches:
		'Starts one server per vendor on 127.0.0.1 that answers as the vendor does, and prints the base URLs as environment lines for keydeck. Which keys exist and how they and the vendors fare is said by a scenario file, which may be edited while it runs. It runs until Ctrl-C.',
	args: [],
	flags: {
		scenario: {value: 'FILE', says: 'Keys and behaviour (default: vendors that are up and know no key)'},
		port: {value: 'N', says: 'Port of the first vendor, the others follow (default: any free ones)'},
		example: {says: 'Print a scenario to begin with, and start nothing'},
		json: {says: 'Print the base URLs as JSON (default: environment lines)'},
	},
	examples: [
		{line: 'keydeck simulate --example > scenario.json', says: 'a scenario to edit'},
		{line: 'keydeck simulate --scenario scenario.json --port 9100 > sim.env', says: 'vendors that obey it'},
	],
	exits: {0: 'ended by Ctrl-C or SIGTERM', 2: 'bad usage or scenario, or a port in use'},
	async run(call) {
		const {typed, output} = call;
		const port = wholeNumber('port', typed.value('port'), {min: 1, max: 65_000});
		const file = typed.value('scenario');
		if (typed.on('example')) {
			if (file !== undefined) throw new UsageError('--example and --scenario contradict each other');
			const {exampleScenario} = await import('../../simulator/example-scenario.ts');
			output.json(exampleScenario);
			return exits.fine;
		}
		await simulate(call, file, port);
		return exits.fine;
	},
};

async function simulate(call: Call, file: string | undefined, port: number | undefined): Promise<void> {
	const {clock, signal, output, typed} = call;
	const [{startSimulator}, {loadScenario}] = await Promise.all([
		import('../../simulator/simulator.ts'),
		import('../../simulator/scenario-file.ts'),
	]);
	const scenario = file === undefined ? undefined : await loadScenario(file);
	const simulator = await startSimulator({clock, ports: port ?? 'free', ...(scenario === undefined ? {} : {scenario})});
	try {
		const following = file === undefined ? undefined : await follow(call, simulator, file);
		if (typed.on('json')) output.json(simulator.env());
		else output.lines(Object.entries(simulator.env()).map(([name, url]) => `${name}=${url}`));
		const told = file === undefined ? '' : `; changes of ${file} apply at once`;
		output.note(`The vendors are simulated until you press Ctrl-C${told}.`);
		await aborted(signal);
		following?.stop();
	} finally {
		await simulator.close();
	}
}

async function follow(call: Call, simulator: Simulator, file: string): Promise<{stop(): void}> {
	const {watchScenario} = await import('../../simulator/scenario-file.ts');
	return watchScenario(file, call.clock, {
		changed(scenario) {
			simulator.change({scenario});
			call.output.note(`${file} has changed: applied.`);
		},
		refused(error) {
			sayFailure(error, call);
			call.output.note('The vendors go on as they were.');
		},
	});
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener('abort', () => resolve(), {once: true});
	});
}
