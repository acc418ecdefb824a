import { asRecord, asString, isRecord } from '../base/json.ts';
import type { ModelStore } from '../spec/model-store.ts';
import { Sha256 } from './sha256.ts';

/** What is known about the file of one address; the last word on whether it is whole. */
export interface ModelRecord {
  readonly url: string;
  /** Name of the bytes in the store. */
  readonly file: string;
  /** What the server calls these bytes: a strong ETag, or the date of the last change. Null: they cannot be resumed. */
  readonly validator: string | null;
  /** Bytes of the whole file; null until somebody says. */
  readonly size: number | null;
  /** Of the whole file, when it was checked or is to be. */
  readonly sha256: string | null;
  readonly complete: boolean;
}

const RECORD = '.record.json';

/** The name under which an address is kept. */
export function keyOf(url: string): string {
  return hashOf(url).slice(0, 32);
}

/** The name of the bytes that have this validator: writers of the same bytes share it, others cannot disturb them. */
export function fileOf(url: string, version: string): string {
  const last = url.replace(/[?#].*$/, '').split('/').at(-1)!.replaceAll(/[^\w.-]/g, '-').slice(-40);
  return `${keyOf(url)}-${hashOf(version).slice(0, 8)}-${last}`;
}

export async function readRecord(store: ModelStore, key: string): Promise<ModelRecord | null> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of store.read(key + RECORD)) text += decoder.decode(piece, { stream: true });
  try {
    const given: unknown = JSON.parse(text);
    const { url, file, validator, size, sha256, complete } = asRecord(given);
    if (!isRecord(given) || typeof url !== 'string' || typeof file !== 'string') return null;
    return {
      url, file, validator: asString(validator) ?? null, size: typeof size === 'number' ? size : null, sha256: asString(sha256) ?? null,
      complete: complete === true,
    };
  } catch {
    return null;
  }
}

export async function writeRecord(store: ModelStore, record: ModelRecord): Promise<void> {
  await store.replace(keyOf(record.url) + RECORD, new TextEncoder().encode(JSON.stringify(record)));
}

/** Keys of all records. */
export async function listRecords(store: ModelStore): Promise<string[]> {
  return (await store.list()).filter((name) => name.endsWith(RECORD)).map((name) => name.slice(0, -RECORD.length));
}

/** Removes the bytes of an address but those of one file; with null all of them, and the record first. */
export async function removeFiles(store: ModelStore, key: string, but: string | null): Promise<void> {
  if (but === null) await store.remove(key + RECORD);
  for (const name of await store.list()) {
    if (name.startsWith(`${key}-`) && name !== but) await store.remove(name);
  }
}

function hashOf(text: string): string {
  return new Sha256().update(new TextEncoder().encode(text)).hex();
}
