/** What is wrong with an address and what to do about it. */
export type AddressFault = {readonly rule: string; readonly hint: string};

/** What the address of a shared store must be at least. */
export const redisUrlRule = 'must be a redis://, rediss:// or unix:// URL';

const example = 'Write it as redis://:password@host:6379, with @ / ? # % of the password as %40 %2F %3F %23 %25';
const node = /^(?:\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::\d{1,5})?$/i;

/**
 * The first fault of the address of a shared store; undefined when it can be used. A fault names no part of the
 * address, since any part may be the password.
 */
export function redisAddressFault(text: string): AddressFault | undefined {
	const url = /^(?:rediss?|unix):\/\//.test(text) ? URL.parse(text) : null;
	if (url === null) return {rule: redisUrlRule, hint: example};
	return spellingFault(url) ?? (url.protocol === 'unix:' ? socketFault(url) : hostFault(url)) ?? namesFault(url);
}

/** What is written so that it means something else, or nothing. */
function spellingFault({username, password, pathname, search, hash}: URL): AddressFault | undefined {
	const parts = [username, password, pathname, search];
	if (!parts.every(isEncoded)) return {rule: 'must have each % written as %25', hint: example};
	// What follows an unescaped sign of a password was taken for a path, a query or a mark.
	if (hash === '' && !`${pathname}${search}`.includes('@')) return undefined;
	return {rule: 'must have the signs of its password percent-encoded', hint: example};
}

function isEncoded(part: string): boolean {
	try {
		decodeURIComponent(part);
		return true;
	} catch {
		return false;
	}
}

function socketFault({host, pathname}: URL): AddressFault | undefined {
	if (host === '' && pathname.length > 1) return undefined;
	return {rule: 'must name the whole path of its socket', hint: 'Write three slashes: unix:///run/redis.sock'};
}

function hostFault({hostname, pathname}: URL): AddressFault | undefined {
	if (hostname === '') return {rule: 'must name a host', hint: example};
	return databaseFault(pathname.slice(1));
}

/** What stands in the query: sentinels, further nodes, the database of a socket. */
function namesFault({searchParams}: URL): AddressFault | undefined {
	if (searchParams.get('sentinel') === '') {
		return {rule: 'must name the master of its sentinels', hint: 'Write it as redis://host:26379?sentinel=main'};
	}
	const also = (searchParams.get('also') ?? '').split(',').filter(Boolean);
	if (!also.every((each) => node.test(each))) {
		return {rule: 'must name its further nodes', hint: 'Write them as also=host2:6379,host3:6379'};
	}
	return databaseFault(searchParams.get('db') ?? '');
}

function databaseFault(name: string): AddressFault | undefined {
	if (/^\d{0,5}$/.test(name)) return undefined;
	return {rule: 'must name its database by a number', hint: 'Write it as redis://host:6379/0'};
}
