/** Where a request goes, or why it must not be sent. */
type Destination = {readonly origin: string; readonly path: string} | {readonly problem: string};

/**
 * Joins a provider's base URL and a path, and makes sure that nothing in the path leads elsewhere:
 * the address must come out of the parser exactly as it went in, so `..`, `@`, `\` and the like are
 * refused rather than normalised into another place that would receive the key.
 */
export function destinationOf(baseUrl: string, path: string): Destination {
	const base = URL.parse(baseUrl);
	if (base === null || !/^https?:$/.test(base.protocol)) return {problem: 'the base URL is not an http address'};
	if (base.username !== '' || base.password !== '' || base.search !== '' || base.hash !== '') {
		return {problem: 'the base URL must be scheme, host and path only'};
	}
	const address = base.href.replace(/\/$/, '') + path;
	const url = URL.parse(address);
	if (!path.startsWith('/') || url === null || url.href !== address || url.hash !== '') {
		return {problem: 'the path leaves the base URL'};
	}
	return {origin: url.origin, path: url.pathname + url.search};
}
