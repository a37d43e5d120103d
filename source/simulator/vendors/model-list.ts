import type {AdmittedRequest, Answer, Endpoint, Refusal} from '../vendor.ts';
import {json} from '../vendor.ts';

/** `GET …/models` in OpenAI's form, which many vendors share. */
export function modelList(name: string, owner: string, cost: 'free' | 'public' = 'free'): Endpoint {
	return {
		name,
		cost,
		answer: ({models}) => json(200, {object: 'list', data: models.map((id) => modelCard(id, owner))}),
	};
}

/** One model in OpenAI's form. */
export function modelCard(id: string, owner: string): object {
	return {id, object: 'model', created: 1_780_000_000, owned_by: owner, shutdown_date: null};
}

/** `GET …/models/<id>`: the model's card, or the vendor's word for an unknown one. */
export function oneModel(prefix: string, card: (id: string) => object): (request: AdmittedRequest) => Answer | Refusal {
	return ({path, models}) => {
		const model = idIn(path, prefix);
		return models.includes(model) ? json(200, card(model)) : {kind: 'model-unknown', model};
	};
}

/** The rest of a path, decoded where it can be. */
export function idIn(path: string, prefix: string): string {
	const rest = path.slice(prefix.length);
	try {
		return decodeURIComponent(rest);
	} catch {
		return rest;
	}
}
