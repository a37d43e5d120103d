import type {Vendor} from '../vendor.ts';
import type {VendorName} from '../vendor-name.ts';
import {anthropic} from './anthropic.ts';
import {cohere} from './cohere.ts';
import {deepseek} from './deepseek.ts';
import {gemini} from './gemini.ts';
import {groq} from './groq.ts';
import {mistral} from './mistral.ts';
import {ollama} from './ollama.ts';
import {openai} from './openai.ts';
import {openrouter} from './openrouter.ts';
import {together} from './together.ts';

/** Every vendor that can be simulated. */
export const vendors: Readonly<Record<VendorName, Vendor>> = {
	openai,
	anthropic,
	gemini,
	deepseek,
	mistral,
	cohere,
	groq,
	openrouter,
	together,
	ollama,
};
