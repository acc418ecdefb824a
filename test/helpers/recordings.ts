import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** What an independent parser read from a recording; provider words and numbers, not normalised. */
export interface Expected {
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly { readonly id: string | null; readonly name: string; readonly args: unknown }[];
  readonly finish?: string | null;
  readonly usage?: Readonly<Record<'input' | 'output' | 'total' | 'reasoning' | 'cacheRead' | 'cacheWrite', number | undefined>>;
  readonly citations?: readonly string[];
  readonly serverTools?: readonly string[];
  readonly signatures?: number;
  readonly id?: string;
  readonly model?: string;
  readonly error?: { readonly status?: number; readonly type?: string; readonly code?: string | number; readonly message?: string };
  readonly embedding?: { readonly count: number; readonly dims: readonly number[]; readonly base64: boolean; readonly head: readonly (readonly number[])[]; readonly tokens?: number };
  readonly errorClass?: string;
  readonly textPrefix?: string;
  readonly textPrefixOf?: string;
}

export interface Recording {
  readonly index: {
    readonly id: string; readonly provider: string; readonly dialect: string; readonly stream: boolean; readonly status: number;
    readonly covers?: readonly string[]; readonly expect?: Expected; readonly request: readonly string[]; readonly problem?: string;
  };
  readonly wire: {
    readonly method: string; readonly host: string; readonly path: string; readonly query: string; readonly requestBody: unknown;
    readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body?: string; readonly bodyBase64?: string;
  };
}

export interface TransportCase {
  readonly name: string; readonly dialect: string; readonly status: number; readonly contentType: string; readonly close: 'end' | 'destroy';
  readonly chunks: readonly string[]; readonly expect: Expected; readonly note: string;
}

const folder = new URL('../fixtures/providers/', import.meta.url);
const unzip = (name: string): string => gunzipSync(readFileSync(new URL(name, folder))).toString();

export function readRecordings(): Recording[] {
  return unzip('provider-recordings.jsonl.gz').trim().split('\n').map((line) => JSON.parse(line) as Recording);
}

export function readTransportCases(): TransportCase[] {
  return JSON.parse(unzip('transport-cases.json.gz')) as TransportCase[];
}

/** The recorded answer's bytes. */
export function bodyOf({ wire }: Recording): Uint8Array {
  return wire.bodyBase64 === undefined ? Buffer.from(wire.body ?? '') : Buffer.from(wire.bodyBase64, 'base64');
}
