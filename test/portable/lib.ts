// The namespaces under test. A room adds one line when it adds an entry; a suite reads what it needs from `lib`.
import * as agent from '../../src/agent/index.ts';
import * as durable from '../../src/durable/index.ts';
import * as events from '../../src/events/index.ts';
import * as root from '../../src/index.ts';
import * as chat from '../../src/local/chat/index.ts';
import * as local from '../../src/local/index.ts';
import * as documents from '../../src/memory/documents/index.ts';
import * as memory from '../../src/memory/index.ts';
import * as text from '../../src/memory/text/index.ts';
import * as segments from '../../src/memory/segments/index.ts';
import * as models from '../../src/model/index.ts';
import * as msgpack from '../../src/msgpack/index.ts';
import * as pipeline from '../../src/pipeline/index.ts';
import * as prompts from '../../src/prompts/index.ts';
import * as promptYaml from '../../src/prompts/yaml/index.ts';
import * as rag from '../../src/rag/index.ts';
import * as server from '../../src/server/index.ts';
import * as database from '../../src/memory/database/index.ts';
import * as vectorize from '../../src/stores/vectorize/index.ts';
import * as redis from '../../src/stores/redis/index.ts';
import * as upstash from '../../src/stores/upstash/index.ts';
import * as testing from '../../src/testing/index.ts';
import * as workflow from '../../src/workflow/index.ts';

export const lib = { root, agent, local, chat, durable, events, memory, documents, text, segments, testing, workflow, msgpack, pipeline, models, prompts, promptYaml, rag, server, redis, upstash, database, vectorize };

export type Lib = typeof lib;
