/** Names of the Trusted Types policies that may be created: the page's own, the sanitiser's, and that of the model worker. */
export const trustedTypesPolicies: readonly string[] = ['blazen-demo', 'dompurify', 'default'];

const directives: readonly string[] = [
  "default-src 'none'",
  // WebAssembly for the memory's kernels, which compare the vectors of large libraries; no eval of script.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  `trusted-types ${trustedTypesPolicies.join(' ')}`,
];

/** For the page itself, as a meta element: it travels with the files to any static host. */
export const pagePolicy: string = directives.join('; ');

/** As a header: also for the worker's script, which a meta element does not reach, and against framing. */
export const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy': `${pagePolicy}; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
