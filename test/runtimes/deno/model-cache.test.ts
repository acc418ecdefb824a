import { createFileModelStore } from '../../../src/platform/deno/index.ts';
import { testFolderCache } from '../../helpers/local/folder-cache.ts';

testFolderCache(createFileModelStore);
