#!/usr/bin/env node
import {original, runOriginal} from './original.js';

const APIKeyRotator = original(import.meta.url, 'api-key-rotator', () =>
	runOriginal('api-key-rotator.js', {stats: 'stats', test: 'rotate', monitor: 'monitor'}),
);

export {APIKeyRotator, APIKeyRotator as default, APIKeyRotator as 'module.exports'};
