// An agent that works through its questions and does not care which key, or which model, answers.
// Run it in a folder with a .env: node index.js
import {createEngine} from 'keydeck';

const questions = ['What is a lease?', 'What is a bench?', 'Who is on call?'];

const engine = await createEngine();

for (const question of questions) {
	// withKey picks the key, learns from the answer and goes on to another key, then along the model's chain.
	const text = await engine.withKey('gpt-4o', (grant) => ask(grant, question));
	console.log(`${question} ${text}`);
}

await engine.close();

/** One call in the wire format of the vendor that serves; a refusal is thrown with what the vendor said. */
async function ask(grant, question) {
	const messages = [{role: 'user', content: question}];
	const {path, body, textOf} =
		grant.provider === 'anthropic'
			? {
					path: '/v1/messages',
					body: {model: grant.upstreamModel, max_tokens: 500, messages},
					textOf: (answer) => answer.content[0].text,
				}
			: {
					path: '/chat/completions',
					body: {model: grant.upstreamModel, messages},
					textOf: (answer) => answer.choices[0].message.content,
				};
	const response = await fetch(`${grant.baseUrl}${path}`, {
		method: 'POST',
		headers: {...grant.headers, 'content-type': 'application/json'},
		body: JSON.stringify(body),
		signal: AbortSignal.timeout(60_000),
	});
	const answer = await response.json();
	if (response.ok) return textOf(answer);
	const {status, headers} = response;
	throw Object.assign(new Error(`${status} from ${grant.provider}`), {status, headers, error: answer});
}
