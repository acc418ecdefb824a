import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** The built file, as a URL, that `import 'blazen-ts/…'` gives on Node. */
export function entry(subpath) { return target(subpath, 'node').href; }

/** The built file of a subpath for a host. */
export function target(subpath, host) {
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const found = exports[subpath]?.[host];
  if (found === undefined) throw new Error(`package.json exports no ${subpath} for ${host}`);
  return new URL(typeof found === 'string' ? found : found.default, root);
}
