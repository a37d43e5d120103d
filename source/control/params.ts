import {z} from 'zod';
import {KeydeckError} from '../errors.ts';

/** The parameters of a request in the shape its method takes. Throws KeydeckError `BAD_REQUEST`. */
export function checkedParams<Params>(shape: z.ZodType<Params>, params: unknown): Params {
	const checked = shape.safeParse(params ?? {});
	if (checked.success) return checked.data;
	throw new KeydeckError('BAD_REQUEST', `the request has wrong parameters: ${z.prettifyError(checked.error)}`, {
		hint: 'both keydeck processes should be of one version',
	});
}
