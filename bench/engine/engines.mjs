import { existsSync, readFileSync } from 'node:fs';
import { entry } from './entry.mjs';

const peer = (name, subpath = '') => ({ name, module: () => name + subpath });

/** Every engine: its adapter is engines/<key>.mjs; `module` is what a program imports first, for the cold import. */
export const engines = {
  floor: { name: 'floor (hand-written loop)', module: () => new URL('floor.mjs', import.meta.url).href },
  ours: { name: 'blazen-ts', module: () => entry('./workflow') },
  tanstack: peer('@tanstack/workflow-core'),
  mastra: peer('@mastra/core', '/workflows'),
  llamaindex: peer('@llamaindex/workflow-core'),
  langgraph: peer('@langchain/langgraph'),
};

/** Name and installed version. */
export function label(key) {
  const { name } = engines[key];
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return existsSync(manifest) ? `${name} ${JSON.parse(readFileSync(manifest, 'utf8')).version}` : name;
}
