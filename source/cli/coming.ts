/** Commands of later releases: what to use meanwhile. */
export const comingCommands: Readonly<Record<string, string>> = {
	start: 'until then the dashboard probes while it is open: keydeck',
	monitor: 'until then the dashboard shows events as they happen: keydeck',
	watch: 'until then the dashboard shows health and alerts: keydeck',
	setup: 'until then write keys into .env by hand, e.g. OPENAI_API_KEY=…, and look at them with keydeck config',
	get: 'until then see which key would be picked with keydeck why <model>',
	run: 'until then see which key would be picked with keydeck why <model>',
	keys: 'until then edit .env or keydeck.config.json, and look at the keys with keydeck report',
	alerts: 'until then see the alerts with keydeck summary',
	budget: 'until then keydeck config shows the daily budget of paid probes',
	token: 'until then no port is opened, so none is needed',
	status: 'until then see keydeck summary',
	stop: 'until then quit the dashboard with q',
	completion: 'until then keydeck --help lists the commands',
};
