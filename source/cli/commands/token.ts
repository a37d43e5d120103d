import {InvalidInputError} from '../../errors.ts';
import type {Secret} from '../../secret.ts';
import type {AccessTokens, Scope} from '../../service/access-tokens.ts';
import {type Call, type Command, exits, projectFlags} from '../command.ts';
import {projectFlagsOf} from '../deck-use.ts';
import {textTable} from '../text-table.ts';
import {oneOf, quoted, UsageError} from '../usage.ts';

const actions = ['show', 'rotate', 'add', 'remove', 'list'] as const;
const noticed = 'A running keydeck knows within a second.';
/** What may be said in the audit and on a command line without quotes. */
const labelRule = /^[A-Za-z0-9][\w.@-]{0,63}$/;

type Work = {readonly call: Call; readonly tokens: AccessTokens; readonly name: string | undefined};

/** `keydeck token`: the access tokens of the services. */
export const tokenCommand: Command = {
	name: 'token',
	summary: 'The access tokens of the services: show, rotate, add, remove, list',
	teaches:
		'The services ask for a token wherever a key is handed out or something is changed. The main token may do all and lies in a file of the home (or comes from KEYDECK_TOKEN); rotate replaces it. Further ones with fewer rights have a name and are printed once, when they are added. A running keydeck takes changes up within a second, and the old token is refused.',
	args: [
		{name: 'action', says: oneOf(actions), required: true},
		{name: 'name', says: 'of a further token: letters, digits and . _ @ - (add, remove)'},
	],
	flags: {
		scope: {value: 'LIST', says: 'What a new token may do, some of read,keys,admin (default: read,keys)'},
		json: {says: 'Print JSON (default: the token alone on stdout, the rest on stderr)'},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck token add ci --scope keys', says: 'one that takes keys and changes nothing'},
		{line: 'keydeck token rotate', says: 'when the main token was seen by others'},
		{line: 'curl -H "Authorization: Bearer $(keydeck token show)" localhost:3001/api/keys/gpt-4o', says: 'a key'},
	],
	exits: {0: 'done', 1: 'there is no token of that name', 2: 'bad usage or configuration', 130: 'interrupted'},
	async run(call) {
		const [action = '', name] = call.typed.args;
		const work = works[actions.find((each) => each === action) ?? 'none'];
		if (work === undefined)
			throw new UsageError(`there is no keydeck token ${quoted(action)}`, `Take ${oneOf(actions)}.`);
		checkName(action, name);
		return work({call, tokens: await openTokens(call), name});
	},
};

const works: Readonly<Record<string, (work: Work) => Promise<number>>> = {
	async show({call, tokens}) {
		return sayToken(call, tokens.main(), {file: tokens.file}, 'Whoever has it may take every key.');
	},
	async rotate({call, tokens}) {
		const said = `The main token was replaced; the old one is refused. ${noticed}`;
		return sayToken(call, await tokens.rotate(), {file: tokens.file}, said);
	},
	async add({call, tokens, name = ''}) {
		const scopes = await scopesOf(call.typed.value('scope'));
		const token = await tokens.add(name, scopes, call.clock.now());
		return sayToken(call, token, {name, scopes}, `Keep it: it is not shown again. ${noticed}`);
	},
	async remove({call, tokens, name = ''}) {
		const removed = await tokens.remove(name);
		if (call.typed.on('json')) call.output.json({name, removed});
		else if (removed) call.output.lines([`${name} is refused from now on. ${noticed}`]);
		if (removed) return exits.fine;
		call.output.note(`keydeck: there is no token called ${quoted(name)}: keydeck token list`);
		return exits.unhealthy;
	},
	async list({call: {typed, output}, tokens}) {
		const added = tokens.list();
		if (typed.on('json')) {
			const further = added.map(({label, scopes, createdAt}) => ({name: label, scopes, createdAt}));
			output.json({main: {file: tokens.file}, tokens: further});
			return exits.fine;
		}
		const rows = added.map(({label, scopes, createdAt}) => [label, scopes.join(','), createdAt]);
		const head = [{title: 'NAME'}, {title: 'MAY'}, {title: 'ADDED'}];
		output.lines(textTable(head, [['main token', 'read,keys,admin', tokens.file], ...rows], output));
		return exits.fine;
	},
};

function checkName(action: string, name: string | undefined): void {
	if (action !== 'add' && action !== 'remove') {
		if (name !== undefined) throw new UsageError(`keydeck token ${action} does not take ${quoted(name)}`);
		return;
	}
	if (name === undefined) throw new UsageError(`keydeck token ${action} needs a name: keydeck token ${action} ci`);
	if (!labelRule.test(name)) {
		throw new UsageError(`a token cannot be called ${quoted(name)}`, 'Take letters, digits and . _ @ -, at most 64.');
	}
}

/** The tokens of the home, which is made when it is missing. */
async function openTokens(call: Call): Promise<AccessTokens> {
	const [{locate}, {openHome}, {AccessTokens: Tokens}] = await Promise.all([
		import('../../config/locate.ts'),
		import('../../config/home.ts'),
		import('../../service/access-tokens.ts'),
	]);
	const {home, pepper, accessToken, problems} = await locate({...call, flags: projectFlagsOf(call.typed)});
	if (problems.length > 0) throw new InvalidInputError(problems);
	await openHome(home, pepper);
	const tokens = new Tokens(home, accessToken);
	await tokens.open();
	return tokens;
}

async function scopesOf(typed: string | undefined): Promise<readonly Scope[]> {
	const {scopes} = await import('../../service/access-tokens.ts');
	const words = (typed ?? 'read,keys').split(',').map((word) => word.trim());
	const unknown = words.find((word) => !scopes.some((scope) => scope === word));
	if (unknown !== undefined)
		throw new UsageError(`there is no scope ${quoted(unknown)}`, `Take some of ${oneOf(scopes)}.`);
	return scopes.filter((scope) => words.includes(scope));
}

function sayToken({typed, output}: Call, token: Secret, about: object, said: string): number {
	if (typed.on('json')) output.secret(`${JSON.stringify({token: token.reveal(), ...about}, undefined, 2)}\n`);
	else {
		output.secret(`${token.reveal()}\n`);
		output.note(said);
	}
	return exits.fine;
}
