import { createFileModelStore } from '../../../src/platform/node/index.ts';
import { testFolderCache } from '../../helpers/local/folder-cache.ts';

testFolderCache(createFileModelStore);
