/** Puts the scripts of the shared store beside the code that reads them. */
import {cp} from 'node:fs/promises';
import {join, resolve} from 'node:path';

const root = resolve(import.meta.dirname, '..');
await cp(join(root, 'source/stores/lua'), join(root, 'dist/source/stores/lua'), {recursive: true});
