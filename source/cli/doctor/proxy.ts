/** Where calls of a URL go out; undefined = straight to the vendor. The same variables as for the calls themselves. */
export function proxyFor(url: URL, env: Readonly<Record<string, string | undefined>>): URL | undefined {
	const read = (name: string): string => env[name.toLowerCase()] || env[name] || '';
	const set = url.protocol === 'https:' ? read('HTTPS_PROXY') || read('HTTP_PROXY') : read('HTTP_PROXY');
	if (set === '' || isExcepted(url, read('NO_PROXY'))) return undefined;
	return URL.parse(set) ?? undefined;
}

/** `NO_PROXY`: hosts with commas or spaces between them, `*` for all; `example.org` stands for what lies below it too. */
function isExcepted({hostname, port, protocol}: URL, list: string): boolean {
	const at = port || (protocol === 'https:' ? '443' : '80');
	return list.split(/[,\s]+/).some((entry) => {
		if (entry === '') return false;
		if (entry === '*') return true;
		const [, host = entry, onlyAt] = /^(.+):(\d+)$/.exec(entry) ?? [];
		const name = host.replace(/^\*?\./, '').toLowerCase();
		return (onlyAt === undefined || onlyAt === at) && (hostname === name || hostname.endsWith(`.${name}`));
	});
}
