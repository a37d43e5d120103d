import assert from 'node:assert/strict';
import {test} from 'node:test';
import {destinationOf} from '../../source/providers/destination.ts';

test('base URL and path are joined, slashes and queries as they stand', () => {
	const rows: readonly [baseUrl: string, path: string, joined: string][] = [
		['https://api.openai.com/v1', '/models', '/v1/models'],
		['https://api.openai.com/v1/', '/models?limit=1', '/v1/models?limit=1'],
		['https://api.openai.com', '/v1/models', '/v1/models'],
		['https://API.openai.com:443', '/m/meta-llama%2Fx:generate', '/m/meta-llama%2Fx:generate'],
	];
	for (const [baseUrl, path, joined] of rows) {
		assert.deepEqual(destinationOf(baseUrl, path), {origin: 'https://api.openai.com', path: joined});
	}
	assert.deepEqual(destinationOf('http://[::1]:9100/v1', '/x'), {origin: 'http://[::1]:9100', path: '/v1/x'});
});

test('a path that would lead elsewhere is refused, not normalised', () => {
	const paths = [
		...['', 'models', '@evil.example/v1', '.evil.example', ':9999/x', '/../../v1/files', '/models/..', '/./x'],
		...['/%2e%2e/x', '/a/%2E%2E/b', '/a\\..\\b', '/a\nb', '/a\tb', '/a#b', '/a b', '/é', '/a\u0000b'],
	];
	for (const path of paths) {
		for (const baseUrl of ['https://api.openai.com/v1', 'https://api.openai.com']) {
			assert.deepEqual(destinationOf(baseUrl, path), {problem: 'the path leaves the base URL'}, JSON.stringify(path));
		}
	}
});

test('a base URL that is more or less than scheme, host and path is refused', () => {
	for (const baseUrl of [
		'',
		'nonsense',
		'ftp://x/v1',
		'file:///etc',
		'http://user:pw@x',
		'http://x/?key=1',
		'http://x/#a',
	]) {
		assert.ok('problem' in destinationOf(baseUrl, '/x'), baseUrl);
	}
});
