// The dependency law: which room of src/ may import what. Data only; check-law.ts applies it.
// A wider law is a decision: change it here, in its own commit, with the reason in the message.

export interface RoomLaw {
  /** Rooms whose front door may be imported at run time; `base` and `spec` may be entered by file. */
  readonly rooms: readonly string[];
  /** npm packages that may be imported statically. */
  readonly npm?: readonly string[];
  /** npm packages that may be imported with `import()` and as types only. */
  readonly lazy?: readonly string[];
  /** May import `#platform`. */
  readonly platform?: true;
  /** May import `#model-store`: where the host keeps the files of models. */
  readonly modelStore?: true;
  /** May import `#kernels`: the scan kernels, as the host gets hold of them. */
  readonly kernels?: true;
  /** May import `node:`, `bun:` and `cloudflare:` modules. */
  readonly host?: true;
  /** Rooms of which this one is the other half: it may enter their files. */
  readonly halves?: readonly string[];
  /** Has no index.ts of its own: each folder (`stores/<name>`) or file (`providers/<vendor>.ts`) is a door. */
  readonly doors?: true;
}

const floor = ['base', 'spec'];
const engine = [...floor, 'events', 'workflow'];
const parts = [
  ...engine, 'pipeline', 'model', 'http', 'providers', 'content', 'agent', 'memory', 'rag', 'prompts', 'media', 'local',
  'telemetry', 'peer', 'blocks', 'durable', 'msgpack', 'stores', 'classic', 'testing', 'ai-sdk', 'mcp',
];

export const law: Readonly<Record<string, RoomLaw>> = {
  base: { rooms: [] },
  spec: { rooms: ['base'] },
  events: { rooms: floor },
  workflow: { rooms: [...floor, 'events'], platform: true },
  // A pipeline is a run of runs: it shows their streams as its own, limits their time and keeps their snapshots in its own.
  pipeline: { rooms: [...engine, 'durable'], halves: ['workflow', 'durable'] },
  model: { rooms: floor },
  http: { rooms: floor, npm: ['ky', 'eventsource-parser'], lazy: ['aws4fetch'], platform: true },
  providers: { rooms: [...floor, 'http', 'model'], doors: true },
  content: { rooms: [...floor, 'http'] },
  agent: { rooms: [...engine, 'model', 'content'] },
  // local: its worker protocol, for a memory that lives in a worker. pdfjs-dist: to read PDF.
  memory: { rooms: [...floor, 'local'], kernels: true, lazy: ['pdfjs-dist'] },
  rag: { rooms: [...engine, 'memory'] },
  // js-yaml: in `prompts/yaml` alone.
  prompts: { rooms: [...floor, 'model'], npm: ['js-yaml'] },
  media: { rooms: [...floor, 'http', 'content'] },
  local: {
    rooms: [...floor, 'model'],
    lazy: [
      '@mlc-ai/web-llm', '@huggingface/transformers', '@huggingface/tokenizers', 'onnxruntime-web', '@transcribe/shout',
    ],
    platform: true,
    modelStore: true,
  },
  telemetry: { rooms: [...floor, 'http'] },
  peer: { rooms: [...engine, 'http'] },
  blocks: { rooms: [...engine, 'model', 'agent', 'prompts'] },
  // Snapshots, journals and recovery work on the engine's own records; apart from it, so that they tree-shake.
  durable: { rooms: engine, halves: ['workflow'], npm: ['eventemitter3'] },
  // Another form of the snapshots of both; apart, so that nobody else pays for its codec.
  msgpack: { rooms: [...floor, 'durable', 'pipeline'], halves: ['durable', 'pipeline'], npm: ['@msgpack/msgpack'] },
  // memory: the segment format that entries are packed into, and the filter; no front door should promise them to everybody.
  stores: { rooms: [...floor, 'memory'], halves: ['memory'], lazy: ['usearch', 'redis'], doors: true },
  mcp: { rooms: [...floor, 'agent'] },
  // A model of the AI SDK is one more dialect: decoding and the views of tool results are those of the providers.
  'ai-sdk': { rooms: [...floor, 'model', 'http', 'providers'], halves: ['providers'] },
  server: { rooms: [...parts, 'server'] },
  cli: { rooms: [...parts, 'server', 'platform/node'] },
  classic: { rooms: [...floor, 'model', 'providers', 'content', 'media', 'memory', 'agent', 'local', 'http'] },
  // The simulator and the recordings look into runs and what is stored of them: no step is watched through the front doors.
  testing: { rooms: [...engine, 'durable'], halves: ['workflow', 'durable'] },
  // memory: its segment format, so that a host only has to offer named blobs. durable: the local host, which a Durable
  // Object runs inside itself; events and workflow: the types that this host's interface speaks.
  // local: the interfaces of its runtimes and caches, which a host serves in its own way.
  platform: { rooms: [...engine, 'memory', 'durable', 'prompts', 'local'], npm: ['idb-keyval'], host: true, doors: true },
};

/** Entry files in the root of src/ may open any front door. */
export const rootLaw: RoomLaw = { rooms: [...parts, 'server'] };

/** Root files without imports that every room may use. */
export const rootLeaves: readonly string[] = ['version.ts'];

/** Rooms whose files may be imported by path from other rooms; they need no front door. */
export const openRooms: readonly string[] = floor;

/** Longest file that passes, and the length above which allowed-long-files.ts must give a reason. */
export const maxLines = 500;
export const reasonAbove = 300;
