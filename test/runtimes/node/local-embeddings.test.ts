import { describe, test } from 'vitest';
import * as embeddings from '../../../src/local/embeddings/index.ts';
import { HashEmbedder, Memory } from '../../../src/memory/index.ts';
import { embeddingSuite } from '../../helpers/local/embedding-suite.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

describe('ONNX Runtime Web in Node', () => {
  embeddingSuite(createTestApi((name, run) => test(name, run)), { lib: { ...embeddings, Memory, HashEmbedder }, options: {} });
});
