/** What a name of a model must be: it becomes part of paths sent to vendors. */
export const modelNameRule = 'must be a model name: letters, digits and . _ : @ + - in parts separated by /';

const part = '[A-Za-z0-9][A-Za-z0-9._:@+-]*';
const modelName = new RegExp(`^${part}(?:/${part})*$`);

export function isModelName(text: string): boolean {
	return text.length <= 200 && modelName.test(text);
}
