import {createMemoryStore} from '../../source/stores/memory-store.ts';
import {testStoreContract} from './store-contract.ts';

testStoreContract('memory store', async () => ({store: createMemoryStore()}));
