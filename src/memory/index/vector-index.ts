import { Arena } from './arena.ts';
import { BitRows, type BitSegment } from './bit-rows.ts';
import type { Bitmap } from './bitmap.ts';
import { byNumber, Contenders } from './contenders.ts';
import { type Accuracy, lengthOf, type Metric, scaled, type VectorRows } from './exact-index.ts';
import { hostKernels, type Kernels, type MakeKernels, simdKernels } from './kernels.ts';
import { COLUMN, PackedRows } from './packed-rows.ts';
import { SEGMENT_ROWS } from './segment-rows.ts';
import { TopK, type RowOrder, type ScoredRow } from './top-k.ts';

// Up to this many allowed rows are compared exactly, one by one.
const DIRECT_ROWS = 128;
// When no more than one row of so many is allowed, they are looked up instead of scanned for; instead of a scan of bits,
// which is quick, also not too many.
const SPARSE = 8;
const SPARSE_ROWS = 4096;
// Rows scanned before anything is known; a multiple of 16.
const FIRST_ROWS = 64;
// How many standard deviations of its error a row's estimate is trusted to be off. The residuals of bytes are nearly
// independent of the query; those of bits have longer tails.
const BYTE_SPREAD = 3;
const BIT_SPREAD = 4;
// The query as 16-bit integers: large enough to lose nothing, small enough that the sum of all products fits 32 bits.
const QUERY_LEVELS = 4095;
const MAX_SUM = 2 ** 31 / 128;
const FLOAT_ROUNDING = 2 ** -23;

/** A search, as far as its scans have to know it. */
interface Wanted {
  readonly query: Float64Array;
  readonly limit: number;
  readonly allowed: Bitmap;
  /** Of the query; twice that for 'euclidean'. */
  readonly length: number;
  /** Distance of two levels of the query; twice that for 'euclidean'. */
  readonly step: number;
  /** How far the estimate of a row from its bytes is trusted to be off, over the row's error. */
  readonly reach: number;
  readonly found: Contenders;
}

/**
 * Vectors as bytes, floats and, in full segments, bits.
 *
 * Rows are appended and never changed; deleting is the owner's business (it passes the rows that may be returned).
 * Bytes and bits only decide which rows are looked at: final scores come from one routine in 64-bit arithmetic. Scores
 * are estimated up to a constant of the query: as the dot product, for 'euclidean' as twice that less the squared length.
 */
export class VectorIndex implements VectorRows {
  readonly dimensions: number;
  readonly #metric: Metric;
  /** 1, for 'euclidean' 2. */
  readonly #twice: number;
  readonly #arena = new Arena();
  readonly #kernels: Kernels;
  readonly #packed: PackedRows;
  readonly #bits: BitRows | null;
  readonly #shorts: number;
  readonly #addresses: number;
  readonly #values: number;
  readonly #list: number;

  /** An index for whatever this host can do. */
  static async open(dimensions: number, metric: Metric, withFloats: boolean): Promise<VectorIndex> {
    return new VectorIndex(dimensions, metric, withFloats, await hostKernels());
  }

  /** Without floats, scores are those of the bytes. */
  constructor(dimensions: number, metric: Metric = 'cosine', withFloats = true, makeKernels: MakeKernels = simdKernels) {
    this.dimensions = dimensions;
    this.#metric = metric;
    this.#twice = metric === 'euclidean' ? 2 : 1;
    this.#kernels = makeKernels(this.#arena);
    const stride = (dimensions + 31) & ~31;
    this.#packed = new PackedRows(this.#arena, dimensions, metric, withFloats, BitRows.bytesFor(stride));
    this.#bits = BitRows.supports(stride) ? new BitRows(this.#arena, this.#kernels, stride) : null;
    this.#shorts = this.#arena.take(stride * 2);
    this.#addresses = this.#arena.take(COLUMN);
    this.#values = this.#arena.take(COLUMN);
    this.#list = this.#arena.take(COLUMN + 4);
  }

  get rows(): number {
    return this.#packed.count;
  }

  add(vector: ArrayLike<number>): number {
    this.#packed.add(vector);
    this.#seal();
    return this.rows - 1;
  }

  row(row: number): Float32Array {
    return this.#packed.row(row);
  }

  search(query: ArrayLike<number>, limit: number, allowed: Bitmap, order: RowOrder, accuracy: Accuracy = 'high'): ScoredRow[] {
    if (limit === 0) return [];
    const wanted = scaled(query, this.#metric, this.#packed.stride);
    const best = new TopK(limit, order);
    const { size } = allowed;
    (size <= Math.max(DIRECT_ROWS, limit) ? allowed : this.#contenders(wanted, limit, allowed, size, accuracy)).forEach((row) => best.push(row, this.#packed.score(wanted, row)));
    return best.toArray();
  }

  compact(keep: Bitmap): void {
    this.#packed.keep(keep);
    this.#bits?.clear();
    this.#seal();
  }

  // Gives full segments their bits.
  #seal(): void {
    const bits = this.#bits;
    const packed = this.#packed;
    for (let start = (bits?.segments.length ?? 0) * SEGMENT_ROWS; bits !== null && start + SEGMENT_ROWS <= packed.count; start += SEGMENT_ROWS) {
      bits.seal(packed.bytesOf(start), packed.stride, packed.scaleOf(start), packed.bitsOf(start));
    }
  }

  // Every row that may be among the best: its estimate is not below the worst case of `limit` others by more than both
  // are trusted to be off.
  #contenders(query: Float64Array, limit: number, allowed: Bitmap, size: number, accuracy: Accuracy): Contenders {
    const twice = this.#twice;
    const root = Math.sqrt(this.dimensions);
    const step = this.#prepareShorts(query) * twice;
    const length = lengthOf(query) * twice;
    // What the levels of the query and 32-bit arithmetic can do, at both ends of a comparison.
    const slack = this.#packed.longest * (step * root + 2 * this.dimensions * FLOAT_ROUNDING * (length + (twice - 1) * this.#packed.longest));
    const bits = accuracy === 'fast' ? this.#bits : null;
    const sparse = size <= Math.min(this.rows / SPARSE, bits === null ? Infinity : SPARSE_ROWS);
    const found = new Contenders(limit, slack);
    // For 'exact', and where it costs little, the most that a row's error can do (Cauchy-Schwarz).
    const reach = length * (accuracy === 'exact' || sparse ? root : BYTE_SPREAD);
    const wanted: Wanted = { query, limit, allowed, length, step, reach, found };
    if (sparse) {
      const rows: number[] = [];
      allowed.forEach((row) => rows.push(row));
      this.#lookUp(rows, wanted);
    } else if (bits !== null) this.#scanBits(wanted, bits);
    else this.#scanBytes(wanted, 0);
    return found;
  }

  #scanBytes({ allowed, step, reach, found }: Wanted, from: number): void {
    const { floats, ints } = this.#arena;
    for (let start = from, count = 0; start < this.rows; start += count) {
      count = Math.min(turnFrom(start), this.rows - start);
      if (!anyIn(allowed, start, start + count)) continue;
      const column = this.#packed.scaleOf(start) * 4;
      // A quarter of the rows at each of four places; the rows of a segment that are not there yet make up for the remainder.
      const run = Math.ceil(count / 4);
      for (let i = 0; i < 4; i++) ints[(this.#addresses >> 2) + i] = this.#packed.bytesOf(start + i * run);
      this.#kernels.bytes(this.#addresses, 4, this.#shorts, this.#values, this.#packed.stride, run);
      this.#select((i) => {
        const error = floats[(column >> 2) + SEGMENT_ROWS + i] as number;
        if (allowed.has(start + i)) found.take(start + i, floats[(this.#values >> 2) + i] as number, 2 * reach * error);
      }, this.#values, count, column, column + COLUMN, column + 2 * COLUMN, step, 0, reach, 1 - this.#twice, 0, found.floor);
    }
  }

  // Estimates rows from their bits, looks up the bytes of the most promising ones, and then those of all the others that
  // may reach the floor which these have set.
  #scanBits(wanted: Wanted, bits: BitRows): void {
    const { query, limit, allowed, length, found } = wanted;
    const twice = this.#twice;
    const { floats, ints } = this.#arena;
    const { step, offset } = bits.prepare(query);
    const promising = new TopK(limit, byNumber);
    const sealed = bits.segments.length * SEGMENT_ROWS;
    for (let start = 0, count = 0; start < sealed; start += count) {
      count = turnFrom(start);
      if (!anyIn(allowed, start, start + count)) continue;
      const { bits: rows, factor, estimates, mean, scale } = bits.segments[Math.floor(start / SEGMENT_ROWS)] as BitSegment;
      const place = start % SEGMENT_ROWS;
      const values = estimates + place * 4;
      ints[this.#addresses >> 2] = mean;
      this.#kernels.bytes(this.#addresses, 1, this.#shorts, this.#values, this.#packed.stride, 1);
      const base = (floats[this.#values >> 2] as number) * wanted.step * scale;
      this.#kernels.bits(rows + place * bits.width, count, bits.tables, values, bits.width);
      const squares = this.#packed.scaleOf(start) * 4 + 2 * COLUMN;
      this.#select((i) => {
        if (allowed.has(start + i)) promising.push(start + i, floats[(values >> 2) + i] as number);
      }, values, count, factor + place * 4, squares, squares, step * twice, offset * twice, 1 - twice, 0, base, promising.floor);
    }
    const first = promising.toArray().map(({ row }) => row);
    this.#lookUp(first, wanted);
    this.#scanBytes(wanted, sealed);
    const known = new Set(first);
    const spread = length * BIT_SPREAD;
    bits.segments.forEach(({ deviation, estimates }, segment) => {
      const start = segment * SEGMENT_ROWS;
      if (!anyIn(allowed, start, start + SEGMENT_ROWS)) return;
      const rows: number[] = [];
      this.#select((i) => {
        const row = start + i;
        if (allowed.has(row) && !known.has(row)) rows.push(row);
      }, estimates, SEGMENT_ROWS, bits.ones, deviation, deviation, 1, 0, spread, 0, 0, found.floor);
      this.#lookUp(rows, wanted);
    });
  }

  // Visits the rows of a segment whose value, as the kernel weighs it, is at least the last weight.
  #select(visit: (i: number) => void, values: number, count: number, a: number, b: number, c: number, ...weights: [number, number, number, number, number, number]): void {
    const { ints } = this.#arena;
    this.#kernels.select(values, count, a, b, c, this.#list, ...weights);
    const end = (ints[this.#list >> 2] as number) >> 2;
    for (let at = (this.#list >> 2) + 1; at < end; at++) visit(ints[at] as number);
  }

  // Estimates single rows from their bytes.
  #lookUp(rows: readonly number[], { step, reach, found }: Wanted): void {
    const { ints, floats } = this.#arena;
    for (let from = 0; from < rows.length; from += SEGMENT_ROWS) {
      const count = Math.min(SEGMENT_ROWS, rows.length - from);
      for (let i = 0; i < count; i++) ints[(this.#addresses >> 2) + i] = this.#packed.bytesOf(rows[from + i] as number);
      this.#kernels.bytes(this.#addresses, count, this.#shorts, this.#values, this.#packed.stride, 1);
      for (let i = 0; i < count; i++) {
        const row = rows[from + i] as number;
        const at = this.#packed.scaleOf(row);
        const spread = reach * (floats[at + SEGMENT_ROWS] as number);
        const most = (floats[(this.#values >> 2) + i] as number) * step * (floats[at] as number) + spread
          - (this.#twice - 1) * (floats[at + 2 * SEGMENT_ROWS] as number);
        if (most >= found.floor) found.take(row, most, 2 * spread);
      }
    }
  }

  #prepareShorts(query: Float64Array): number {
    let most = 0;
    for (let i = 0; i < query.length; i++) most = Math.max(most, Math.abs(query[i] as number));
    const step = most / Math.min(QUERY_LEVELS, Math.floor(MAX_SUM / this.#packed.stride)) || 1;
    const { shorts } = this.#arena;
    for (let i = 0, at = this.#shorts >> 1; i < query.length; i++, at++) shorts[at] = Math.round((query[i] as number) / step);
    return step;
  }
}

// How many rows to scan from here: no more than before, so that the floor rises early and few of the rest get over it.
function turnFrom(start: number): number {
  return Math.min(Math.max(start, FIRST_ROWS), SEGMENT_ROWS - (start % SEGMENT_ROWS));
}

// True when a row between the two may be in the set; looks at whole words of it.
function anyIn({ words }: Bitmap, start: number, end: number): boolean {
  for (let word = start >>> 5; word < (end + 31) >>> 5; word++) if ((words[word] ?? 0) !== 0) return true;
  return false;
}
