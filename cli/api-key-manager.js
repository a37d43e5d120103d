#!/usr/bin/env node
import {original, runOriginal} from './original.js';

const APIKeyManager = original(import.meta.url, 'api-key-manager', () =>
	runOriginal('api-key-manager.js', {test: 'test', report: 'report', start: 'start'}),
);

export {APIKeyManager, APIKeyManager as default, APIKeyManager as 'module.exports'};
