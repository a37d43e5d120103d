// The agent of the original tool: its classes, its calls, keys as plain texts.
// Run it in a folder with a .env: node index.cjs
const APIKeyManager = require('keydeck/api-key-manager');
const APIKeyRotator = require('keydeck/api-key-rotator');

const manager = new APIKeyManager();
const rotator = new APIKeyRotator();

rotator.on('key-failure', ({label, verdict, error, fallback}) => {
	console.log(`${label} ${verdict}: ${error}; ${fallback === null ? 'nobody' : fallback.label} serves instead`);
});

void main();

async function main() {
	// Get next healthy key with rotation
	const apiKey = await manager.getKey('gpt-4o');

	// Track usage: the requests of this key in the last minute
	console.log(`requests this minute: ${await manager.trackUsage('gpt-4o', apiKey)}`);

	try {
		await callVendor(apiKey);
		console.log('the call worked');
	} catch (error) {
		// Another key of the model first, then along its fallback chain
		const fallback = await rotator.handleKeyFailure('gpt-4o', apiKey, error);
		await rotator.updateMetrics(fallback.model, 0, true, 250);
		console.log(`goes on with ${fallback.model}`);
	}
	await manager.cleanup();
	await rotator.cleanup();
}

/** Stands for a call with the vendor's SDK, whose errors have a status. */
async function callVendor(apiKey) {
	const base = process.env.KEYDECK_OPENAI_BASE_URL ?? 'https://api.openai.com/v1';
	const response = await fetch(`${base}/chat/completions`, {
		method: 'POST',
		headers: {authorization: `Bearer ${apiKey}`, 'content-type': 'application/json'},
		body: JSON.stringify({model: 'gpt-4o', messages: [{role: 'user', content: 'Hello'}]}),
	});
	const {ok, status, headers} = response;
	if (!ok) throw Object.assign(new Error(`${status} refused`), {status, headers, error: await response.json()});
}
