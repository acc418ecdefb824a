import { posix } from 'node:path';
import { law, openRooms, rootLaw, rootLeaves, type RoomLaw } from './law.ts';
import { readModule, type ImportKind } from './read-imports.ts';
import type { Sources } from './read-sources.ts';

/** Every breach of the dependency law, as `<file>: <what is wrong>`. `doors` are the entry sources of the package. */
export function checkLaw(sources: Sources, doors: readonly string[]): string[] {
  const problems: string[] = [];
  const graph = new Map<string, string[]>();

  for (const [file, source] of Object.entries(sources)) {
    const room = roomOf(file);
    const rule = room === null ? rootLaw : law[topOf(room)];
    const report = (text: string): void => void problems.push(`${file}: ${text}`);
    if (rule === undefined) {
      report(`room ${topOf(room!)} is not in the law`);
      continue;
    }
    const facts = readModule(file, source);
    if (facts.exportsStar) report('export *');
    if (facts.exportsDefault) report('default export');
    if (file.endsWith('/index.ts') && !facts.onlyReExports) report('an index.ts holds named re-exports only');
    if (file.endsWith('/index.ts') && !/^\s*\/\*\*(?:(?!\*\/)[^])*@module/.test(source)) report('an index.ts opens with @module');

    const edges: string[] = [];
    for (const { specifier, kind } of facts.imports) {
      if (specifier.startsWith('.')) {
        if (!/\.(ts|wasm)$/.test(specifier)) report(`relative specifier without .ts: ${specifier}`);
        const target = posix.join(posix.dirname(file), specifier);
        if (kind === 'value') edges.push(target);
        const text = judgeFile(room, rule, target, kind, doors);
        if (text !== null) report(text);
      } else {
        const text = judgePackage(rule, specifier, kind);
        if (text !== null) report(text);
      }
    }
    graph.set(file, edges);
  }

  for (const room of new Set(Object.keys(sources).map(roomOf))) {
    if (room === null || openRooms.includes(room) || law[topOf(room)] === undefined || law[topOf(room)]!.doors) continue;
    if (sources[`${room}/index.ts`] === undefined) problems.push(`${room}: no index.ts`);
  }
  return [...problems, ...cycles(graph)];
}

/** `stores/redis` and `platform/node` are rooms of their own; null for a file in the root of src/. */
function roomOf(file: string): string | null {
  const parts = file.split('/');
  if (parts.length === 1) return null;
  return (parts[0] === 'stores' || parts[0] === 'platform') && parts.length > 2 ? `${parts[0]}/${parts[1]}` : parts[0]!;
}

function topOf(room: string): string {
  return room.split('/')[0]!;
}

function judgeFile(room: string | null, rule: RoomLaw, target: string, kind: ImportKind, doors: readonly string[]): string | null {
  const to = roomOf(target);
  if (to === null) return rootLeaves.includes(target) || room === null ? null : `imports the entry file ${target}`;
  if (to === room || (to === 'platform' && room !== null && topOf(room) === 'platform')) return null;
  if (kind === 'type' && openRooms.includes(to)) return null;
  const allowed = rule.rooms.includes(to) || (topOf(to) === 'stores' && rule.rooms.includes('stores'));
  if (!allowed) return `${room ?? 'an entry'} may not import ${to} (${target})`;
  if (openRooms.includes(to)) return null;
  const isDoor = rule.halves?.includes(to) === true || target === `${to}/index.ts` || doors.includes(target)
    || (to === 'providers' && (target.split('/').length === 2 || target.endsWith('/index.ts')));
  return isDoor ? null : `enters ${to} beside its front door (${target})`;
}

function judgePackage(rule: RoomLaw, specifier: string, kind: ImportKind): string | null {
  if (specifier === '#platform') return rule.platform ? null : '#platform is not for this room';
  if (specifier === '#model-store') return rule.modelStore ? null : '#model-store is not for this room';
  if (specifier === '#kernels') return rule.kernels ? null : '#kernels is not for this room';
  if (/^(node|bun|cloudflare|jsr|npm|https?):/.test(specifier)) return rule.host ? null : `host module ${specifier}`;
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  if (rule.npm?.includes(name) || (kind !== 'value' && rule.lazy?.includes(name))) return null;
  return `${kind} import of the package ${name}`;
}

/** Run-time import cycles, each once. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    state.set(file, 'open');
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (state.get(next) === 'open') found.push(`cycle: ${[...stack.slice(stack.indexOf(next)), next].join(' -> ')}`);
      else if (!state.has(next)) visit(next);
    }
    stack.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return found;
}
