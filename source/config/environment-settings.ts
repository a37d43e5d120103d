import type {Problem} from '../errors.ts';
import {Secret} from '../secret.ts';
import {strategyNames} from '../strategies/strategy.ts';
import {baseUrlRule, readBaseUrl} from './base-url.ts';
import {type Environment, type Found, variables} from './environment.ts';
import {isPepper} from './home.ts';
import {baseUrlNamesOf} from './key-names.ts';
import {redisAddressFault} from './redis-address.ts';
import type {Stated} from './setting-values.ts';
import {shownText, shownUrl} from './shown-value.ts';

/** How a variable is read: the value of the setting at `path`, or undefined when it breaks the rule. */
type Reader = {
	readonly variable: string;
	readonly path: string;
	readonly rule: string;
	readonly read: (text: string) => unknown;
};

const hostName = /^[A-Za-z0-9.:[\]_-]{1,255}$/;
const portRule = 'must be a port from 0 to 65535';

/** The rule an unknown strategy breaks, wherever it is named. */
const strategyRule = `must be one of ${strategyNames.join(', ')}`;

function isStrategy(text: string): boolean {
	return (strategyNames as readonly string[]).includes(text);
}

const readers: readonly Reader[] = [
	{
		variable: variables.strategy,
		path: 'strategy',
		rule: strategyRule,
		read: (text) => (isStrategy(text) ? text : undefined),
	},
	{variable: variables.keyPort, path: 'server.keyPort', rule: portRule, read: readPort},
	{variable: variables.healthPort, path: 'server.healthPort', rule: portRule, read: readPort},
	{
		variable: variables.host,
		path: 'server.host',
		rule: 'must be a host name or address',
		read: (text) => (hostName.test(text) ? text : undefined),
	},
	{
		variable: variables.allowedHosts,
		path: 'server.allowedHosts',
		rule: 'must be hosts with commas between them',
		read: (text) => {
			const hosts = text.split(',').map((host) => host.trim());
			return hosts.every((host) => hostName.test(host)) ? hosts : undefined;
		},
	},
];

export const accessTokenRule = '20 to 200 printable characters without spaces';

/** It goes into a header and must not be guessed. */
export function isAccessToken(text: string): boolean {
	return /^[\x21-\x7e]{20,200}$/.test(text);
}

function readPort(text: string): number | undefined {
	return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

/** A setting as a flag states it in text; undefined when it breaks the rule. */
export function readFlag(path: string, text: string): {readonly value: unknown; readonly rule: string} {
	const reader = readers.find((each) => each.path === path);
	return {value: reader?.read(text), rule: reader?.rule ?? 'is no setting'};
}

/** What the environment states beside keys. */
export type EnvironmentSettings = {
	/** Best place first for each path. */
	readonly stated: readonly Stated[];
	readonly baseUrls: ReadonlyMap<string, string>;
	readonly pepper?: Secret;
	readonly accessToken?: Secret;
	readonly redisUrl?: string;
	/** Names that are read, keys aside. */
	readonly names: ReadonlySet<string>;
	readonly problems: readonly Problem[];
};

export function environmentSettings(environment: Environment, providers: Iterable<string>): EnvironmentSettings {
	const stated: Stated[] = [];
	const problems: Problem[] = [];
	const names = new Set<string>(Object.values(variables));
	const take = ({variable, path, rule, read}: Reader): unknown => {
		names.add(variable);
		const [winner, ...lost] = environment.all(variable).filter(({text}) => text !== '');
		if (winner === undefined) return undefined;
		const value = read(winner.text);
		if (value === undefined) problems.push(problemOf(winner, rule));
		else stated.push(statedBy(winner, path, value), ...lost.map((other) => statedBy(other, path, other.text)));
		return value;
	};
	for (const reader of readers) take(reader);
	const baseUrls = new Map<string, string>();
	for (const provider of providers) {
		const path = `providers.${provider}.baseUrl`;
		for (const variable of baseUrlNamesOf(provider)) {
			const url = take({variable, path, rule: baseUrlRule, read: readBaseUrl});
			// The first spelling wins: CLAUDE and ANTHROPIC are one provider.
			if (typeof url === 'string' && !baseUrls.has(provider)) baseUrls.set(provider, url);
		}
	}
	const pepper = environment.find(variables.pepper);
	if (pepper !== undefined && !isPepper(pepper.text)) {
		problems.push({source: pepper.place, path: pepper.name, rule: 'must be 64 hex characters'});
	}
	const token = environment.find(variables.accessToken);
	if (token !== undefined && !isAccessToken(token.text)) {
		problems.push({
			source: token.place,
			path: token.name,
			rule: `must be ${accessTokenRule}`,
			hint: 'Make one: openssl rand -hex 32',
		});
	}
	const redis = environment.find(variables.redisUrl);
	const fault = redis === undefined ? undefined : redisAddressFault(redis.text);
	if (redis !== undefined && fault !== undefined) {
		problems.push({...problemOf(redis, fault.rule), hint: fault.hint});
	}
	return {
		stated: [...stated, ...secretsStated(environment)],
		baseUrls,
		...(pepper === undefined ? {} : {pepper: new Secret(pepper.text)}),
		...(token === undefined ? {} : {accessToken: new Secret(token.text)}),
		...(redis === undefined ? {} : {redisUrl: redis.text}),
		names,
		problems,
	};
}

/** That they are set is shown, not what they are. */
function secretsStated(environment: Environment): readonly Stated[] {
	return [
		[variables.pepper, 'pepper'],
		[variables.accessToken, 'server.token'],
		[variables.redisUrl, 'store.redisUrl'],
	].flatMap(([name = '', path = '']) => {
		const found = environment.find(name);
		if (found === undefined) return [];
		return [statedBy(found, path, name === variables.redisUrl ? found.text : '(secret)')];
	});
}

function problemOf({place, name, text}: Found, rule: string): Problem {
	const value = text.includes('://') ? shownUrl(text) : shownText(text);
	return {source: place, path: name, rule, value: `"${value}"`};
}

function statedBy({origin, where}: Found, path: string, value: unknown): Stated {
	return {path, value, origin, where};
}
