import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {RealTerminal} from '../helpers/real-terminal.ts';

const program = fileURLToPath(new URL('./pty-program.js', import.meta.url));

describe('in a real terminal', () => {
	test('it starts, takes a burst of keys, follows a resize and leaves with q', async (t) => {
		const screen = new RealTerminal(t, [program]);
		await screen.waitFor(/▌✗ OPENAI_API_KEY2/);
		screen.process.write('/CLAUDE_API_KEY3\rt');
		await screen.waitFor(/✓ CLAUDE_API_KEY3: trial 1\/1/);
		screen.terminal.resize(120, 30);
		screen.process.resize(120, 30);
		await screen.waitFor(/LATENCY 24H/);
		screen.process.write('q');
		assert.equal(await screen.exited, 0);
		await screen.waitFor(/asked: test k1_claudeapikey3/);
		assert.equal(screen.terminal.buffer.active.type, 'normal');
	});

	test('Ctrl-Z stops it with the terminal given back; continued, it draws again', {
		skip: process.platform === 'win32',
	}, async (t) => {
		const screen = new RealTerminal(t, [program]);
		await screen.waitFor(/▌✗ OPENAI_API_KEY2/);
		screen.process.write('\u001a');
		await screen.waitFor(/^\s*$/);
		assert.equal(screen.terminal.buffer.active.type, 'normal');
		screen.process.kill('SIGCONT');
		await screen.waitFor(/▌✗ OPENAI_API_KEY2/);
		screen.process.write('q');
		assert.equal(await screen.exited, 0);
	});

	test('SIGTERM restores the terminal, with NO_COLOR too', async (t) => {
		const screen = new RealTerminal(t, [program], {NO_COLOR: '1'});
		await screen.waitFor(/▌✗ OPENAI_API_KEY2/);
		screen.process.kill('SIGTERM');
		assert.equal(await screen.exited, 143);
		await screen.waitFor(/asked:/);
		assert.equal(screen.terminal.buffer.active.type, 'normal');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with one.
		assert.doesNotMatch(screen.raw, /\u001b\[(?:[39][0-7]|1|2)m/);
	});
});
