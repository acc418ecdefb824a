import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { offline } from './offline.ts';
import { models } from './models.ts';
import { headers, pagePolicy } from './security.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const port = Number(process.env['PORT'] ?? 4173);

/** Puts the policy into the page. Not while developing: vite's own client needs inline styles and a socket. */
const policy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [{
    tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy }, injectTo: 'head-prepend',
  }],
};

// `blazen-ts/...` is imported by name, so the page is made of the built package, as anybody's would be.
export default defineConfig({
  root: at('.'),
  base: './',
  publicDir: at('../../public'),
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // MODELS=folder npm start: the models in it can be used in the page. The service worker lists what is there, so it comes last.
  plugins: [policy, models(process.env['MODELS']), offline(at('service-worker.js'))],
  worker: { format: 'es' },
  build: {
    outDir: at('../../.demo'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // The polyfill is an inline script, which the policy forbids; every browser that runs this page has the real thing.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
  preview: { host: '127.0.0.1', port, headers: { ...headers } },
});
