import {z} from 'zod';
import type {Route} from './route.ts';
import {errorAnswer} from './shapes.ts';

const statusWords: Readonly<Record<number, string>> = {
	400: 'the request is malformed',
	401: 'an access token is needed, or this is none',
	403: 'the token lacks the scope, or the host or origin is refused',
	404: 'no such thing',
	429: 'not now: Retry-After says when',
	503: 'it cannot serve this',
};

/** The description of the service, OpenAPI 3.1, made from its routes. */
export function describeService(routes: readonly Route[], version: string): object {
	const paths: Record<string, Record<string, object>> = {};
	for (const route of routes) {
		const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
		paths[path] = {...paths[path], [route.method.toLowerCase()]: operation(route)};
	}
	return {
		openapi: '3.1.0',
		info: {
			title: 'keydeck',
			version,
			description:
				'Keys for LLM vendors, and how they are. What holds no secret may be read without a token where the service is bound to a loopback address.',
		},
		paths,
		components: {
			schemas: {Error: jsonSchema(errorAnswer)},
			securitySchemes: {token: {type: 'http', scheme: 'bearer'}},
		},
	};
}

function operation(route: Route): object {
	const gate = route.need === 'nothing' ? [] : [401, 403, 429];
	const errors = [...new Set([...gate, ...route.errors])].sort((a, b) => a - b);
	return {
		summary: route.summary,
		...(route.need === 'nothing' ? {} : {security: [{token: [route.need]}]}),
		parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
		...(route.body === undefined
			? {}
			: {requestBody: {content: {'application/json': {schema: jsonSchema(route.body, 'input')}}}}),
		responses: {
			200: {
				description: 'fine',
				...(route.answer === undefined ? {} : {content: {'application/json': {schema: jsonSchema(route.answer)}}}),
			},
			...Object.fromEntries(errors.map((status) => [status, errorResponse(status)])),
		},
	};
}

function errorResponse(status: number): object {
	return {
		description: statusWords[status] ?? 'not fine',
		content: {'application/json': {schema: {$ref: '#/components/schemas/Error'}}},
	};
}

function parameters(place: 'path' | 'query', schema: z.ZodType | undefined): object[] {
	if (schema === undefined) return [];
	const {properties = {}, required = []} = jsonSchema(schema, 'input') as {
		readonly properties?: Readonly<Record<string, object>>;
		readonly required?: readonly string[];
	};
	return Object.entries(properties).map(([name, of]) => ({
		name,
		in: place,
		required: place === 'path' || required.includes(name),
		schema: of,
	}));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): object {
	const {$schema: _, ...plain} = z.toJSONSchema(schema, {io, reused: 'inline', unrepresentable: 'any'});
	return plain;
}
