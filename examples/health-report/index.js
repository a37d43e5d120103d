// Asks every vendor about every key, for free, and prints what needs a person. Exit code 1 when something does.
// Run it in a folder with a .env: node index.js
import {createEngine} from 'keydeck';

const engine = await createEngine({probe: false});

const results = await engine.test({}, (done, total) => {
	if (process.stderr.isTTY) process.stderr.write(`\rasked ${done} of ${total}`);
});
const {keys, models} = await engine.snapshot();

for (const {label, ok, verdict, latencyMs} of results) {
	console.log(`${ok ? 'ok  ' : 'BAD '} ${label}  ${verdict}  ${latencyMs ?? '-'} ms`);
}
for (const {label, why, advice, trouble} of keys) {
	if (trouble !== 'needs-you') continue;
	console.log(`${label}: ${why} ${advice}`);
	process.exitCode = 1;
}
for (const {name, usable, keys: all} of models) {
	if (usable === 0) console.log(`${name}: none of its ${all} keys can serve`);
}

await engine.close();
