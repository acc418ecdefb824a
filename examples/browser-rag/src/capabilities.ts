import { capabilities } from 'blazen-ts/local';

/** Something an answer could use, whether this browser has it, and why not. */
export interface Capability {
  readonly name: string;
  readonly state: 'ready' | 'missing' | 'unused';
  readonly reason: string;
}

/** What this browser offers, asked for and not guessed from its name. */
export async function probe(): Promise<Capability[]> {
  const { webGpu, wasm, isolated, storage, promptApi } = await capabilities();
  const made = webGpu.ok ? [webGpu.vendor, webGpu.architecture].filter(Boolean).join(' ') : '';
  const room = storage.quota === null ? '' : ` Used ${megabytes(storage.usage ?? 0)} of ${megabytes(storage.quota)} this site may use.`;
  return [
    { name: 'Extractive answers', state: 'ready', reason: 'Sentences quoted from your documents, word for word. No model, no download.' },
    webGpu.ok
      ? { name: 'WebGPU', state: 'unused', reason: `An adapter is present${made === '' ? '' : ` (${made})`}. The models of this page compute on the processor, so it is not used.` }
      : { name: 'WebGPU', state: 'missing', reason: `${sentence(webGpu.reason)} The models of this page do not need it.` },
    wasm.simd
      ? { name: 'WebAssembly SIMD', state: 'ready', reason: `Large libraries are searched with vector instructions${wasm.threads ? ', and models may use several threads' : ''}.` }
      : { name: 'WebAssembly SIMD', state: 'missing', reason: 'Vectors are compared in JavaScript instead: the same answers, slower.' },
    isolated === true
      ? { name: 'Isolated page', state: 'ready', reason: 'Questions can be heard by whisper.cpp, which shares memory between threads.' }
      : { name: 'Isolated page', state: 'missing', reason: 'The server does not isolate this page, so whisper.cpp cannot run in it.' },
    promptApi === 'available'
      ? { name: "The browser's own model", state: 'unused', reason: 'The browser has one; this page does not ask it.' }
      : { name: "The browser's own model", state: 'missing', reason: promptApi === null ? 'This browser has no Prompt API.' : `The browser says: ${promptApi}.` },
    { name: 'Hosted model', state: 'unused', reason: 'None is set up. This page holds no key and contacts nobody.' },
    typeof indexedDB === 'undefined'
      ? { name: 'Storage', state: 'missing', reason: 'No IndexedDB: documents are gone when the tab is closed.' }
      : { name: 'Storage', state: 'ready', reason: `Documents stay in this browser until you remove them.${room}` },
  ];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** A number of bytes for people. */
export function megabytes(bytes: number): string {
  return bytes > 5e8 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
