declare module 'pdfjs-dist/legacy/build/pdf.worker.mjs' {
  /** The half of the reader that parses; run by the other half in the same thread when it finds it in globalThis. */
  export const WorkerMessageHandler: unknown;
}
