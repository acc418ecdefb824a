import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** The built file, as a URL, that `import 'blazen-ts/…'` gives on Node. */
export function entry(subpath) {
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const target = exports[subpath]?.node;
  if (target === undefined) throw new Error(`package.json exports no ${subpath} for Node`);
  return new URL(typeof target === 'string' ? target : target.default, root).href;
}
