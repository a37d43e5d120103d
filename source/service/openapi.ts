import {z} from 'zod';
import type {Need} from './gate.ts';
import type {Route} from './route.ts';
import {errorAnswer} from './shapes.ts';

const statusWords: Readonly<Record<number, string>> = {
	400: 'the request is malformed',
	401: 'an access token is needed, or this is none',
	403: 'the token lacks the scope, or the host or origin is refused',
	404: 'no such thing',
	413: 'the body is too large',
	415: 'the body is not JSON',
	429: 'not now: Retry-After says when',
	503: 'it cannot serve this',
};

type Schemas = Record<string, object>;

/** The description of the service, OpenAPI 3.1, made from its routes. */
export function describeService(routes: readonly Route[], version: string): object {
	const paths: Record<string, Record<string, object>> = {};
	const schemas: Schemas = {};
	addSchema(errorAnswer, schemas);
	for (const route of routes) {
		const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
		paths[path] = {...paths[path], [route.method.toLowerCase()]: operation(route, schemas)};
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
			schemas,
			securitySchemes: {token: {type: 'http', scheme: 'bearer'}},
		},
	};
}

function operation(route: Route, schemas: Schemas): object {
	const {need, body, answer, params, query} = route;
	const malformed = params === undefined && query === undefined && body === undefined ? [] : [400];
	const errors = new Set([401, 403, 429, ...malformed, ...(body === undefined ? [] : [413, 415]), ...route.errors]);
	return {
		summary: route.summary,
		security: securityOf(need),
		parameters: [...parameters('path', params), ...parameters('query', query)],
		...(body === undefined ? {} : {requestBody: requestBody(body)}),
		responses: {
			200: {
				description: 'fine',
				...(answer === undefined ? {} : {content: {'application/json': {schema: addSchema(answer, schemas)}}}),
			},
			...Object.fromEntries([...errors].sort((a, b) => a - b).map((status) => [status, errorResponse(status)])),
		},
	};
}

/** An empty requirement: it may do without a token, where the service is bound to a loopback address. */
function securityOf(need: Need): object[] {
	if (need === 'nothing') return [];
	return [{token: [need]}, ...(need === 'read' ? [{}] : [])];
}

function requestBody(body: z.ZodType): object {
	const schema = jsonSchema(body, 'input');
	return {required: !body.safeParse(undefined).success, content: {'application/json': {schema}}};
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

/** The schema of an answer; named parts of it stand once, where the whole document finds them. */
function addSchema(answer: z.ZodType, schemas: Schemas): object {
	const {$defs = {}, ...schema} = jsonSchema(answer) as {readonly $defs?: Schemas; readonly $ref?: string};
	const {id} = answer.meta() ?? {};
	for (const [name, part] of Object.entries($defs)) schemas[name] ??= placed(part);
	if (id === undefined || schema.$ref !== undefined) return placed(schema);
	schemas[id] ??= placed(schema);
	return {$ref: `#/components/schemas/${id}`};
}

function placed(schema: object): object {
	return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): object {
	const {$schema: _, ...plain} = z.toJSONSchema(schema, {io, reused: 'inline', unrepresentable: 'any'});
	return plain;
}
