/** Something an answer could use, whether this browser has it, and why not. */
export interface Capability {
  readonly name: string;
  readonly state: 'ready' | 'missing' | 'unused';
  readonly reason: string;
}

interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly vendor?: string; readonly architecture?: string } } | null>;
}

/** The smallest module with a vector instruction: valid exactly where SIMD is. */
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/** What this browser offers, asked for and not guessed from its name. */
export async function probe(): Promise<Capability[]> {
  return [
    { name: 'Extractive answers', state: 'ready', reason: 'Sentences quoted from your documents, word for word. No model, no download.' },
    await probeGpu(),
    probeSimd(),
    { name: 'Hosted model', state: 'unused', reason: 'None is set up. This page holds no key and contacts nobody.' },
    await probeStorage(),
  ];
}

async function probeGpu(): Promise<Capability> {
  const name = 'WebGPU';
  const { gpu } = navigator as { gpu?: Gpu };
  if (gpu === undefined) return { name, state: 'missing', reason: 'This browser does not have the API, so no model can run on the graphics card.' };
  try {
    const adapter = await gpu.requestAdapter();
    if (adapter === null) return { name, state: 'missing', reason: 'The API is present, but it offers no adapter on this device.' };
    const made = [adapter.info?.vendor, adapter.info?.architecture].filter(Boolean).join(' ');
    return { name, state: 'unused', reason: `An adapter is present${made === '' ? '' : ` (${made})`}. No local model is part of this demo, so it is not used.` };
  } catch (error) {
    return { name, state: 'missing', reason: `The API is present, but asking for an adapter failed: ${String(error)}` };
  }
}

function probeSimd(): Capability {
  const name = 'WebAssembly SIMD';
  const present = typeof WebAssembly === 'object' && WebAssembly.validate(SIMD);
  return present
    ? { name, state: 'ready', reason: 'Large libraries are searched with vector instructions.' }
    : { name, state: 'missing', reason: 'Vectors are compared in JavaScript instead: the same answers, slower.' };
}

async function probeStorage(): Promise<Capability> {
  const name = 'Storage';
  if (typeof indexedDB === 'undefined') return { name, state: 'missing', reason: 'No IndexedDB: documents are gone when the tab is closed.' };
  const { quota, usage } = await navigator.storage?.estimate?.() ?? {};
  const room = quota === undefined ? '' : ` Used ${megabytes(usage ?? 0)} of ${megabytes(quota)} this site may use.`;
  return { name, state: 'ready', reason: `Documents stay in this browser until you remove them.${room}` };
}

function megabytes(bytes: number): string {
  return bytes > 5e8 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
