/** Commands of later releases: what to use meanwhile. */
export const comingCommands: Readonly<Record<string, string>> = {
	setup: 'until then write keys into .env by hand, e.g. OPENAI_API_KEY=…, and look at them with keydeck config',
	get: 'until then see which key would be picked with keydeck why <model>',
	run: 'until then see which key would be picked with keydeck why <model>',
	budget: 'until then keydeck config shows the daily budget of paid probes',
	completion: 'until then keydeck --help lists the commands',
};
