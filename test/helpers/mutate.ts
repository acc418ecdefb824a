import { createHash } from 'node:crypto';

type Json = unknown[] | Record<string, unknown>;

/** Every place in a JSON value: the object or list it lies in, and its key. */
function places(value: unknown, found: [Json, string][] = []): [Json, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, item] of Object.entries(value)) {
    found.push([value as Json, key]);
    places(item, found);
  }
  return found;
}

const deep = JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) as unknown;
const HOSTILE: readonly unknown[] = [
  null, true, -1, 0, 1, 2, 7, 0.5, 1e308, 2 ** 53, '', 'x', '__proto__', 'blazen::StartEvent', 'blazen::StopEvent', 'blazen::CollectedEvent', 'blazen::InputRequestEvent', 'Work', 'Away',
  'active', 'done', 'ready', [], {}, [[]], { type: 'Work', n: 9 }, { $: 'm', v: [[1]] }, { $: 'n', v: '1e9' }, { $: 'b', v: '?' }, { $: 'o', v: [['__proto__', { polluted: 1 }]] }, { $: 'zzz' },
  JSON.parse('{"__proto__":{"polluted":1}}'), { constructor: { prototype: { polluted: 1 } } }, deep, 'é\u0000\ud800', { type: 'blazen::CollectedEvent', events: [{ type: 'blazen::CollectedEvent' }] },
];

/** The value with one to three random changes: something hostile put in, taken out, moved, said twice, or a number that is off by a little. */
export function mutateJson(original: unknown, random: () => number): unknown {
  const copy = structuredClone(original);
  const below = (n: number): number => Math.floor(random() * n);
  for (let left = 1 + below(3); left > 0; left--) {
    const all = places(copy);
    if (all.length === 0) break;
    const [owner, key] = all[below(all.length)] as [Json, string];
    const [other, otherKey] = all[below(all.length)] as [Json, string];
    const value = Reflect.get(owner, key) as unknown;
    switch (below(6)) {
      case 0: Reflect.set(owner, key, structuredClone(HOSTILE[below(HOSTILE.length)])); break;
      case 1: if (Array.isArray(owner)) owner.splice(Number(key), 1); else Reflect.deleteProperty(owner, key); break;
      case 2: Reflect.set(owner, key, structuredClone(Reflect.get(other, otherKey))); break;
      case 3: if (Array.isArray(owner)) owner.splice(Number(key), 0, structuredClone(value)); else Reflect.set(owner, `${key}x`, structuredClone(value)); break;
      case 4: if (typeof value === 'number') Reflect.set(owner, key, value + below(5) - 2); else if (typeof value === 'string') Reflect.set(owner, key, value.slice(0, below(value.length + 1))); break;
      default: if (Array.isArray(value)) value.reverse(); else Reflect.set(owner, key, structuredClone(HOSTILE[below(HOSTILE.length)]));
    }
  }
  return copy;
}

/** The bytes with one to four random changes: bits, bytes, cuts, pieces said twice. */
export function mutateBytes(original: Uint8Array, random: () => number): Uint8Array {
  let bytes = [...original];
  const below = (n: number): number => Math.floor(random() * n);
  for (let left = 1 + below(4); left > 0; left--) {
    const at = below(bytes.length);
    switch (below(5)) {
      case 0: bytes[at] = (bytes[at] ?? 0) ^ 1 << below(8); break;
      case 1: bytes[at] = below(256); break;
      case 2: bytes = bytes.slice(0, at); break;
      case 3: bytes.splice(at, 1 + below(8)); break;
      default: bytes.splice(at, 0, ...bytes.slice(at, at + below(40)));
    }
  }
  return new Uint8Array(bytes);
}

/** A snapshot document with its checksum made right. */
export function repaired(document: object, body: unknown): object {
  return { ...document, body, sha256: createHash('sha256').update(JSON.stringify(body)).digest('hex') };
}

/** The framed form of a body, as it would have been sealed. */
export function framed(kind: number, body: unknown): Uint8Array {
  const content = Buffer.from(JSON.stringify(body));
  const head = Buffer.alloc(48);
  head.write('BLZNTS\r\n', 'latin1');
  head.writeUInt16BE(1, 8);
  head.writeUInt16BE(kind, 10);
  head.writeUInt32BE(content.length, 12);
  createHash('sha256').update(content).digest().copy(head, 16);
  return new Uint8Array(Buffer.concat([head, content]));
}
