/**
 * How the keys of the vendors look, from their documentation and the patterns secret scanners use.
 * A warning when a key looks otherwise, never a refusal: vendors change their formats.
 */
export const keyShapes = {
	anthropic: /^sk-ant-api\d{2}-[\w-]{93}AA$/,
	openai: /^(?:sk-(?:proj|svcacct|service)-[\w-]+T3BlbkFJ[\w-]+|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})$/,
	deepseek: /^sk-[a-z0-9]{32}$/,
	mistral: /^[A-Za-z0-9]{32}$/,
	gemini: /^(?:AIza[\w-]{35}|AQ\.[\w-]{20,})$/,
	cohere: /^[A-Za-z0-9]{40}$/,
	groq: /^gsk_[A-Za-z0-9]{52}$/,
	openrouter: /^sk-or-v1-[0-9a-f]{64}$/,
	together: /^(?:[0-9a-f]{64}|tgp_v1_[\w-]+)$/,
};
