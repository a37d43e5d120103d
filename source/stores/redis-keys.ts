/** Every name this store uses in Redis. What a script touches together carries one hash tag, so that a cluster keeps it in one slot. */
export type RedisKeys = ReturnType<typeof redisKeys>;
export type PoolKeys = ReturnType<RedisKeys['pool']>;

export function redisKeys(prefix: string) {
	const deck = (name: string): string => `${prefix}:{deck}:${name}`;
	const pools = new Map<string, ReturnType<typeof poolKeys>>();
	return {
		/** Fingerprint of the pepper; it is missing when everything else is. */
		pepper: deck('pepper'),
		/** When this deck's books were begun: with others everything in them is gone. */
		epoch: deck('epoch'),
		benches: deck('benches'),
		alerts: deck('alerts'),
		strategies: deck('strategies'),
		knowledge: deck('knowledge'),
		/** Stream of what changed. */
		changes: deck('changes'),
		/** Stream of calls granted and ended. */
		calls: deck('calls'),
		providers: deck('providers'),
		entries: deck('entries'),
		entriesOf: (kid: string): string => deck(`entries:${kid}`),
		lastEntry: deck('last-entry'),
		/** Number of the last batch of history taken in, per replica. */
		batches: deck('batches'),
		minutes: deck('minutes'),
		minutesByTime: deck('minutes-by-time'),
		hours: deck('hours'),
		hoursByTime: deck('hours-by-time'),
		spent: deck('spent'),
		claims: deck('claims'),
		leader: deck('leader'),
		fence: deck('fence'),
		replicas: deck('replicas'),
		facts: deck('facts'),
		pool: (provider: string) => {
			const keys = pools.get(provider) ?? poolKeys(`${prefix}:{pool-${tagText(provider)}}`);
			pools.set(provider, keys);
			return keys;
		},
	};
}

/** Everything a lease of one provider's key touches. */
function poolKeys(tag: string) {
	return {
		windows: `${tag}:windows`,
		leases: `${tag}:leases`,
		/** Leases by the end of their time. */
		due: `${tag}:due`,
		picks: `${tag}:picks`,
		/** Grants a second, of the minutes with an even and an odd number. */
		grants: [`${tag}:grants-0`, `${tag}:grants-1`] as const,
		/** Number of the last debt taken in, per replica. */
		debts: `${tag}:debts`,
		/** Leases that hold a concurrency window. */
		held: (window: string): string => `${tag}:held:${window}`,
	};
}

/** A provider's name comes from a person: a brace of its own would move its keys to another slot. */
function tagText(provider: string): string {
	return provider.replaceAll(/[^A-Za-z0-9._-]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
