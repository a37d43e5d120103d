import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {notFound} from './refusal.ts';
import {type Route, route, TextAnswer} from './route.ts';

/** The page may load and call nothing but its own service; nothing in it is inline. */
const contentPolicy =
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const files = [
	{path: '/', file: 'index.html', type: 'text/html; charset=utf-8'},
	{path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8'},
	{path: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8'},
] as const;

/** The web dashboard: files without any data in them, read once. */
export function pageRoutes(): Route[] {
	return files.map(({path, file, type}) => {
		let answer: TextAnswer | undefined;
		return route({
			method: 'GET',
			path,
			need: 'nothing',
			summary: path === '/' ? 'The web dashboard' : `Part of the web dashboard`,
			errors: [404],
			run: async () => {
				answer ??= new TextAnswer(type, textOf(file), {
					'content-security-policy': contentPolicy,
					'referrer-policy': 'no-referrer',
				});
				return answer;
			},
		});
	});
}

function textOf(file: string): string {
	try {
		return readFileSync(join(import.meta.dirname, 'page', file), 'utf8');
	} catch {
		throw notFound('this copy of keydeck has no web dashboard', 'npm run build makes it; the rest works', 'NO_PAGE');
	}
}
