/** What the bundle of an entry may not contain. Words are matched whole, without case; `imports` are external modules. */
export interface Forbidden {
  readonly words?: readonly RegExp[];
  readonly imports?: readonly RegExp[];
}

/** Rules of every entry that loads in a browser. */
export const everywhere: Forbidden = { imports: [/^node:/, /^zod(\/|$)/], words: [/\bnode:[a-z]/] };

/** Rules by subpath, on top of those. An engine must not know a vendor; a memory must not need an engine. */
export const forbidden: Readonly<Record<string, Forbidden>> = {
  '.': { words: [/\bzod\b/i] },
  './workflow': { words: [/anthropic/i, /openai/i, /onnx/i] },
  './events': { words: [/anthropic/i, /openai/i, /onnx/i] },
  // A PDF reader may be loaded when a PDF is read, never before.
  './rag': { words: [/anthropic/i, /openai/i, /onnx/i], imports: [/^pdfjs/] },
  './memory/documents': { imports: [/^pdfjs/] },
  // The packages that compute are lazy imports; their code and a CDN have no place in what a page loads.
  './local/embeddings': { words: [/jsdelivr/i, /unpkg/i], imports: [/^onnxruntime/, /^@huggingface/] },
  './memory': { words: [/\bWorkflow\b/] },
};
