// Every step by hand: take a lease, make the call, say what came of it. For callers with an HTTP client of their own.
// Run it in a folder with a .env: node index.js
import {createEngine, NoCandidateError} from 'keydeck';

// Nothing is asked of the vendors but the call itself.
const engine = await createEngine({probe: false});

try {
	// Waits up to two seconds for a key that is just resting, and takes another model of the chain if need be.
	const grant = await engine.acquire({model: 'gpt-4o', fallback: true, waitMs: 2000, tokens: 200});
	console.log(`${grant.key.label} for ${grant.model} (${grant.upstreamModel}): ${grant.why}`);
	if (grant.warning !== undefined) console.log(`note: ${grant.warning}`);

	const began = Date.now();
	const response = await fetch(`${grant.baseUrl}/models`, {headers: grant.headers});
	const firstByteMs = Date.now() - began;
	const body = await response.text();

	const settled = await engine.settle(grant, {
		status: response.status,
		headers: Object.fromEntries(response.headers),
		...(response.ok ? {} : {error: body}),
		firstByteMs,
		latencyMs: Date.now() - began,
	});
	console.log(`${response.status}, settled: ${settled}`);
} catch (error) {
	if (!(error instanceof NoCandidateError)) throw error;
	// Nobody can serve: every key with its reason, and when the first one is back.
	console.log(`${error.message}. ${error.hint}`);
	for (const {label, reason, until} of error.skipped) {
		console.log(`  ${label}: ${reason}${until === undefined ? '' : ` until ${new Date(until).toISOString()}`}`);
	}
} finally {
	await engine.close();
}
