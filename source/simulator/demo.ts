import {Secret} from '../secret.ts';
import {madeUpKey} from './key-text.ts';
import type {Scenario} from './scenario.ts';
import type {VendorName} from './vendor-name.ts';

/** One key of the demo, as it would stand in a `.env`. */
type DemoKey = {
	readonly vendor: VendorName;
	/** What people see, and its label in the scenario: `OPENAI_API_KEY2`, `DEEPSEEK_API_KEYS[0]`. */
	readonly label: string;
	readonly account: string;
	readonly secret: Secret;
};

type Demo = {
	/** In the order of the environment. */
	readonly keys: readonly DemoKey[];
	/** Vendors that know the keys, all of them well. Holds key texts: never print it. */
	readonly scenario: Scenario;
	/** The same keys as the variables a person would set. Holds key texts: never print it. */
	readonly environment: Readonly<Record<string, string>>;
};

/** Which model an agent of the demo calls, how often, and how much it asks for. */
export type DemoAgent = {
	readonly name: string;
	/** A name of the catalogue. */
	readonly model: string;
	readonly everyMs: number;
	/** Prompt and answer together, about. */
	readonly tokens: number;
};

type Plan = {
	readonly vendor: VendorName;
	readonly label: string;
	readonly account: string;
	readonly latencyMs?: number;
	readonly balanceUsd?: number;
};

const plans: readonly Plan[] = [
	{vendor: 'anthropic', label: 'CLAUDE_API_KEY', account: 'acme'},
	{vendor: 'anthropic', label: 'CLAUDE_API_KEY2', account: 'acme'},
	{vendor: 'anthropic', label: 'CLAUDE_API_KEY3', account: 'beta'},
	{vendor: 'openai', label: 'OPENAI_API_KEY', account: 'acme'},
	{vendor: 'openai', label: 'OPENAI_API_KEY2', account: 'acme'},
	{vendor: 'openai', label: 'OPENAI_API_KEY3', account: 'beta'},
	{vendor: 'deepseek', label: 'DEEPSEEK_API_KEYS[0]', account: 'north', balanceUsd: 110},
	{vendor: 'deepseek', label: 'DEEPSEEK_API_KEYS[1]', account: 'south', balanceUsd: 3.1},
	{vendor: 'deepseek', label: 'DEEPSEEK_API_KEYS[2]', account: 'east', balanceUsd: 42.7, latencyMs: 5600},
	{vendor: 'deepseek', label: 'DEEPSEEK_API_KEYS[3]', account: 'west', balanceUsd: 25},
	{vendor: 'mistral', label: 'MISTRAL_API_KEY', account: 'acme'},
	{vendor: 'mistral', label: 'MISTRAL_API_KEY2', account: 'beta'},
	{vendor: 'gemini', label: 'GEMINI_API_KEY', account: 'acme'},
	{vendor: 'gemini', label: 'GEMINI_API_KEY2', account: 'beta'},
	{vendor: 'gemini', label: 'GEMINI_API_KEY3', account: 'gamma'},
];

/** Limits small enough that the headroom of the demo moves. */
const vendorPlans: Partial<Record<VendorName, {readonly latencyMs: number; readonly limits?: object}>> = {
	anthropic: {
		latencyMs: 800,
		limits: {requestsPerMinute: 50, inputTokensPerMinute: 40_000, outputTokensPerMinute: 8000},
	},
	openai: {latencyMs: 600, limits: {requestsPerMinute: 60, tokensPerMinute: 90_000}},
	deepseek: {latencyMs: 1200},
	mistral: {latencyMs: 400, limits: {requestsPerMinute: 60, tokensPerMinute: 500_000, tokensPerMonth: 4_000_000}},
	gemini: {latencyMs: 300},
};

/** Agents that keep the demo busy; they take leases like any other caller. */
export const demoAgents: readonly DemoAgent[] = [
	{name: 'planner', model: 'claude-3-opus', everyMs: 4000, tokens: 900},
	{name: 'coder', model: 'gpt-4o', everyMs: 2500, tokens: 600},
	{name: 'tester', model: 'gpt-4o', everyMs: 6000, tokens: 300},
	{name: 'reviewer', model: 'deepseek-coder', everyMs: 3500, tokens: 700},
	{name: 'writer', model: 'mistral-large', everyMs: 5000, tokens: 400},
	{name: 'scout', model: 'gemini-pro', everyMs: 3000, tokens: 500},
];

/** Makes the keys of a demo up, anew each time, and the vendors that know them. */
export function createDemo(random: () => number): Demo {
	const made = plans.map((plan) => ({...plan, text: madeUpKey(plan.vendor, random)}));
	const vendors: NonNullable<Scenario['vendors']> = {};
	for (const [name, {latencyMs, limits}] of Object.entries(vendorPlans)) {
		const keys = made
			.filter(({vendor}) => vendor === name)
			.map(({vendor: _, text, ...settings}) => ({key: text, ...settings, ...(limits && {limits})}));
		vendors[name as VendorName] = {latencyMs, keys};
	}
	const environment: Record<string, string> = {};
	for (const {label, text} of made) {
		const name = label.replace(/\[\d+\]$/, '');
		environment[name] = environment[name] === undefined ? text : `${environment[name]},${text}`;
	}
	return {
		keys: made.map(({vendor, label, account, text}) => ({vendor, label, account, secret: new Secret(text)})),
		scenario: {vendors},
		environment,
	};
}
