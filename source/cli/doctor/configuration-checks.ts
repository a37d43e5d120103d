import type {Settings} from '../../config/settings.ts';
import {dayOf, dayText} from '../../domain/day.ts';
import type {Snapshot} from '../../engine/snapshot.ts';
import {plural} from '../../format.ts';
import {catalogueOf} from '../../opening/catalogue.ts';
import {type Finding, fine, inGroup, problem, skipped, warning} from './finding.ts';

const dayMs = 86_400_000;
const noticedDays = 60;
const urgentDays = 30;

/** What was read: the strategy, the pools, models that go, keys that cannot be used. */
export function configurationChecks(
	settings: Settings,
	snapshot: Snapshot | undefined,
	now: number,
): readonly Finding[] {
	const unusable = settings.notes
		.filter(({kind}) => kind === 'misplaced' || kind === 'placeholder' || kind === 'shape')
		.map(({text, kind}) => {
			const found =
				kind === 'placeholder' ? fine : (name: string, says: string) => warning(name, says, 'Look at that line');
			return found('keys found', text);
		});
	return inGroup('configuration', [
		strategyCheck(settings),
		...poolChecks(settings, snapshot),
		...unusable,
		...retirementChecks(settings, snapshot, now),
		...cohereChecks(settings),
	]);
}

function strategyCheck({strategy, values}: Settings) {
	const value = values.find(({path}) => path === 'strategy');
	return fine('strategy', `${strategy}, from ${value?.where ?? value?.origin ?? 'default'}`);
}

/** Rotation needs several keys, and several accounts: keys of one account share its limits. */
function poolChecks({keys}: Settings, snapshot: Snapshot | undefined) {
	const providers = [...new Set(keys.map(({key}) => key.provider))];
	if (providers.length === 0)
		return [
			problem('pools', 'no key is configured', 'Put a key into .env, e.g. OPENAI_API_KEY=…, or try keydeck demo'),
		];
	return providers.map((provider) => {
		const pool = keys.filter(({key}) => key.provider === provider);
		const count = plural(pool.length, 'key');
		if (pool.length === 1)
			return warning(`pool ${provider}`, '1 key: nothing to change over to', 'Add a second key, of another account');
		const views = snapshot?.keys.filter((view) => view.provider === provider) ?? [];
		const known = views.filter(({account}) => account.from !== 'own');
		const accounts = new Set(known.map(({account}) => account.name)).size;
		if (views.length > 1 && known.length === views.length && accounts === 1)
			return warning(
				`pool ${provider}`,
				`${count}, all of one account: one limit rests them all`,
				'Add a key of another account',
			);
		const said = known.length < views.length ? 'accounts not told by the vendor' : plural(accounts, 'account');
		return fine(`pool ${provider}`, `${count}, ${said}`);
	});
}

/** Models that retire within 60 days; within 30, and named or used here, they are a problem. */
function retirementChecks(settings: Settings, snapshot: Snapshot | undefined, now: number) {
	const catalogue = catalogueOf(settings);
	const picked = new Set(snapshot?.models.filter(({picks}) => picks > 0).map(({name}) => name));
	const named = new Set([...settings.poolModels, ...settings.models.keys(), ...picked]);
	const listed = new Set([...named, ...(snapshot?.models.map(({name}) => name) ?? [])]);
	const found = [...listed].flatMap((name) => {
		const {retires, upstream} = catalogue.get(name) ?? {};
		if (retires === undefined) return [];
		const days = dayOf(retires) - Math.floor(now / dayMs);
		if (days > noticedDays) return [];
		const when =
			days < 0 ? `was retired on ${dayText(retires)}` : `retires on ${dayText(retires)}, in ${plural(days, 'day')}`;
		const next = `Choose another model for ${name}: keydeck models lists them`;
		const says = `${upstream} ${when}`;
		return [
			days <= urgentDays && named.has(name)
				? problem(`model ${name}`, says, next)
				: warning(`model ${name}`, says, next),
		];
	});
	return found.length > 0 ? found : [fine('models', `none of those listed retires within ${noticedDays} days`)];
}

/** `command-r-plus` is Cohere's own; the original tool sent it to Mistral, and so does keydeck until it can do better. */
function cohereChecks(settings: Settings) {
	const provider = catalogueOf(settings).get('command-r-plus')?.provider;
	const hasKey = settings.keys.some(({key}) => key.provider === 'cohere');
	if (!hasKey) return [skipped('command-r-plus', `served by ${provider ?? 'nobody'}; there is no Cohere key`)];
	if (provider === 'cohere') return [fine('command-r-plus', 'served by cohere')];
	return [
		warning(
			'command-r-plus',
			`served by ${provider ?? 'nobody'} although there is a Cohere key`,
			'Put into keydeck.config.json: {"models": {"command-r-plus": {"provider": "cohere"}}}',
		),
	];
}
