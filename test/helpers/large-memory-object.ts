// The Worker of the memory-bound test: 100,000 vectors in one isolate, as bytes and bits. The floats are not kept.
import { DurableObject } from 'cloudflare:workers';
import { Bitmap } from '../../src/memory/index/bitmap.ts';
import { VectorIndex } from '../../src/memory/index/vector-index.ts';

const DIMENSIONS = 384;

function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

// Row `row` of the data, the same whenever it is asked for.
function vectorOf(row: number, into: Float32Array): Float32Array {
  const random = numbers(row * 2654435761 + 1);
  for (let i = 0; i < DIMENSIONS; i++) into[i] = random() + random() - 1;
  return into;
}

let index: VectorIndex | null = null;
const scratch = new Float32Array(DIMENSIONS);

export class Runs extends DurableObject {}

// eslint-disable-next-line import/no-default-export -- what workerd asks for
export default {
  async fetch(request: Request): Promise<Response> {
    const { add, search, accuracy = 'high' } = await request.json() as { add?: number; search?: number; accuracy?: 'high' | 'fast' };
    if (add !== undefined) {
      index ??= new VectorIndex(DIMENSIONS, 'cosine', false);
      for (const end = index.rows + add; index.rows < end;) index.add(vectorOf(index.rows, scratch));
    }
    if (index === null || search === undefined) return Response.json(index?.rows ?? 0);
    const rows = new Bitmap(index.rows);
    for (let row = 0; row < index.rows; row++) rows.add(row);
    return Response.json(index.search(vectorOf(search, scratch), 10, rows, (a, b) => a - b, accuracy).map(({ row }) => row));
  },
};
