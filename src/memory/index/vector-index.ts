import { Arena } from './arena.ts';
import { BitRows } from './bit-rows.ts';
import { type Bitmap, popcount } from './bitmap.ts';
import { type Accuracy, exactScore, lengthOf, type Metric, scaled, type VectorRows } from './exact-index.ts';
import { Growing } from './growing.ts';
import { createKernels, type KernelKind, type Kernels } from './kernels.ts';
import { SEGMENT_ROWS } from './segment-rows.ts';
import { TopK, type RowOrder, type ScoredRow } from './top-k.ts';

// Up to this many allowed rows are compared exactly, one by one.
const DIRECT_ROWS = 2048;
// How many standard deviations of its error a row's estimate is trusted to be off. The residuals of bytes are nearly
// independent of the query; the ones of bits have longer tails and are many more, so fewer must do.
const BYTE_SPREAD = 4;
const BIT_SPREAD = 2.7;
// The query as 16-bit integers: large enough to lose nothing, small enough that the sum of all products fits 32 bits.
const QUERY_LEVELS = 4095;
const MAX_SUM = 2 ** 31 / 128;
const FLOAT_ROUNDING = 2 ** -23;

/**
 * Vectors in packed segments of 1,024 rows, as floats, bytes and, for 'fast', bits.
 *
 * Rows are appended and never changed; deleting is the owner's business (it passes the rows that may be returned).
 * Bytes and bits only decide which rows are looked at: final scores come from one routine in 64-bit arithmetic.
 */
export class VectorIndex implements VectorRows {
  readonly dimensions: number;
  readonly #metric: Metric;
  readonly #arena = new Arena();
  readonly #kernels: Kernels;
  /** Floats and bytes per row: dimensions, filled up with zeros to whole turns of the kernels. */
  readonly #stride: number;
  readonly #queryFloats: number;
  readonly #queryShorts: number;
  readonly #list: number;
  readonly #out: number;
  /** Address of the floats and the bytes of each segment. */
  readonly #segments: { floats: number; bytes: number }[] = [];
  readonly #scale = new Growing();
  readonly #error = new Growing();
  readonly #length = new Growing();
  #bits: BitRows | null = null;
  #longest = 0;
  #rows = 0;
  #estimates = new Float32Array(0);

  constructor(dimensions: number, metric: Metric = 'cosine', kernels: KernelKind = 'relaxed') {
    this.dimensions = dimensions;
    this.#metric = metric;
    this.#stride = (dimensions + 31) & ~31;
    this.#queryFloats = this.#arena.take(this.#stride * 4);
    this.#queryShorts = this.#arena.take(this.#stride * 2);
    this.#list = this.#arena.take(SEGMENT_ROWS * 4);
    this.#out = this.#arena.take(SEGMENT_ROWS * 4);
    this.#kernels = createKernels(this.#arena, kernels);
  }

  get rows(): number {
    return this.#rows;
  }

  add(vector: ArrayLike<number>): number {
    const row = this.#rows++;
    if (row === this.#segments.length * SEGMENT_ROWS) {
      this.#segments.push({ floats: this.#arena.take(SEGMENT_ROWS * this.#stride * 4), bytes: this.#arena.take(SEGMENT_ROWS * this.#stride) });
    }
    this.#arena.floats.set(scaled(vector, this.#metric, this.dimensions), this.#floatsOf(row));
    this.#quantise(row);
    return row;
  }

  row(row: number): Float32Array {
    const at = this.#floatsOf(row);
    return this.#arena.floats.subarray(at, at + this.dimensions);
  }

  search(query: ArrayLike<number>, limit: number, allowed: Bitmap, order: RowOrder, accuracy: Accuracy = 'high'): ScoredRow[] {
    if (limit === 0) return [];
    const wanted = scaled(query, this.#metric, this.#stride);
    const best = new TopK(limit, order);
    const { floats } = this.#arena;
    const look = (row: number): void => best.push(row, exactScore(wanted, floats, this.#floatsOf(row), this.dimensions, this.#metric));
    if (allowed.size <= Math.max(DIRECT_ROWS, limit * 4) || (accuracy === 'exact' && this.#kernels.floats === null)) allowed.forEach(look);
    else this.#candidates(wanted, limit, allowed, accuracy).forEach(look);
    return best.toArray();
  }

  compact(keep: Bitmap): void {
    const { dimensions } = this;
    const { floats } = this.#arena;
    let to = 0;
    keep.forEach((from) => {
      const source = this.#floatsOf(from);
      floats.copyWithin(this.#floatsOf(to), source, source + dimensions);
      this.#quantise(to++);
    });
    this.#rows = to;
    this.#bits?.clear();
  }

  #floatsOf(row: number): number {
    return ((this.#segments[Math.floor(row / SEGMENT_ROWS)] as { floats: number }).floats >> 2) + (row % SEGMENT_ROWS) * this.#stride;
  }

  #bytesOf(row: number): number {
    return (this.#segments[Math.floor(row / SEGMENT_ROWS)] as { bytes: number }).bytes + (row % SEGMENT_ROWS) * this.#stride;
  }

  // Signed bytes of the row's floats with a scale of its own; remembers how much that loses per number.
  #quantise(row: number): void {
    const { floats, bytes } = this.#arena;
    const from = this.#floatsOf(row);
    const to = this.#bytesOf(row);
    let [most, square, lost] = [0, 0, 0];
    for (let i = 0; i < this.dimensions; i++) {
      const value = floats[from + i] as number;
      most = Math.max(most, Math.abs(value));
      square += value * value;
    }
    const scale = most / 127 || 1;
    for (let i = 0; i < this.dimensions; i++) {
      const value = floats[from + i] as number;
      const level = Math.round(value / scale);
      bytes[to + i] = level;
      const residual = value - level * scale;
      lost += residual * residual;
    }
    this.#scale.set(row, scale);
    this.#error.set(row, Math.sqrt(lost / this.dimensions));
    this.#length.set(row, Math.sqrt(square));
    this.#longest = Math.max(this.#longest, Math.sqrt(square));
  }

  // Every row that may be among the best. Estimates stand for the final score up to a constant of the query; each comes
  // with a reach, and a row is out when its best case is below the worst case of `limit` others.
  #candidates(query: Float64Array, limit: number, allowed: Bitmap, accuracy: Accuracy): number[] {
    if (this.#estimates.length < this.#rows) this.#estimates = new Float32Array(this.#segments.length * SEGMENT_ROWS);
    const length = lengthOf(query) * (this.#metric === 'euclidean' ? 2 : 1);
    if (accuracy === 'exact') {
      this.#arena.floats.set(query, this.#queryFloats >> 2);
      this.#scan(allowed, (segment, count) => this.#floatScores(segment, count));
      const rounding = this.dimensions * FLOAT_ROUNDING * length;
      return this.#reaching(this.#floor(limit, this.#length, rounding), this.#length, rounding);
    }
    const step = this.#prepareShorts(query);
    // What the query itself loses by its levels and by 32-bit arithmetic; the same for every row.
    const slack = 2 * this.#longest * (BYTE_SPREAD * step + this.dimensions * FLOAT_ROUNDING * length);
    const reach = BYTE_SPREAD * length;
    if (accuracy === 'high' || !BitRows.supports(this.dimensions)) {
      this.#scan(allowed, (segment, count) => this.#byteScores(segment, count, step));
      return this.#reaching(this.#floor(limit, this.#error, reach) - slack, this.#error, reach);
    }
    const bits = this.#sealedBits();
    const bitQuery = bits.prepare(query);
    // Rows without bits yet were estimated from bytes, which is the better estimate.
    for (let row = bits.sealed * SEGMENT_ROWS; row < this.#rows; row++) bits.deviation.set(row, (this.#error.get(row) * BYTE_SPREAD) / BIT_SPREAD);
    this.#scan(allowed, (segment, count) => {
      if (segment < bits.sealed) {
        bits.estimate(segment, bitQuery, this.#kernels, this.#out, this.#estimates);
        this.#applyMetric(segment, count);
      } else this.#byteScores(segment, count, step);
    });
    // The most promising rows give a floor in bytes; whatever may still reach it is looked at in bytes too.
    const promising = new TopK(Math.max(limit * 4, 64), byNumber);
    for (let row = 0, { floor } = promising; row < this.#rows; row++) {
      const estimate = this.#estimates[row] as number;
      if (estimate <= floor) continue;
      promising.push(row, estimate);
      ({ floor } = promising);
    }
    const rows = promising.toArray().map((hit) => hit.row);
    this.#byteScoresAt(rows, step);
    const worst = new TopK(limit, byNumber);
    for (const row of rows) worst.push(row, (this.#estimates[row] as number) - reach * this.#error.get(row));
    const known = new Set(rows);
    const more = this.#reaching(worst.floor - slack, bits.deviation, BIT_SPREAD * length).filter((row) => !known.has(row));
    this.#byteScoresAt(more, step);
    for (const row of more) worst.push(row, (this.#estimates[row] as number) - reach * this.#error.get(row));
    return [...rows, ...more].filter((row) => (this.#estimates[row] as number) + reach * this.#error.get(row) >= worst.floor - slack);
  }

  // Fills the estimates with `score`, segment by segment; rows that may not be returned get -Infinity.
  #scan(allowed: Bitmap, score: (segment: number, count: number) => void): void {
    const estimates = this.#estimates;
    for (let segment = 0; segment < this.#segments.length; segment++) {
      const start = segment * SEGMENT_ROWS;
      const end = Math.min(start + SEGMENT_ROWS, this.#rows);
      const present = end > start ? countIn(allowed, start, end) : 0;
      if (present > 0) score(segment, end - start);
      if (present === 0) estimates.fill(-Infinity, start, end);
      else if (present < end - start) for (let row = start; row < end; row++) if (!allowed.has(row)) estimates[row] = -Infinity;
    }
  }

  // The score that `limit` rows have at worst.
  #floor(limit: number, errors: Growing, reach: number): number {
    const worst = new TopK(limit, byNumber);
    const estimates = this.#estimates;
    const { values } = errors;
    for (let row = 0, { floor } = worst; row < this.#rows; row++) {
      const estimate = estimates[row] as number;
      if (estimate <= floor) continue;
      worst.push(row, estimate - reach * (values[row] as number));
      ({ floor } = worst);
    }
    return worst.floor;
  }

  // Rows whose score may be as good as the floor.
  #reaching(floor: number, errors: Growing, reach: number): number[] {
    const rows: number[] = [];
    const estimates = this.#estimates;
    const { values } = errors;
    for (let row = 0; row < this.#rows; row++) {
      if ((estimates[row] as number) + reach * (values[row] as number) >= floor) rows.push(row);
    }
    return rows;
  }

  #prepareShorts(query: Float64Array): number {
    let most = 0;
    for (const value of query) most = Math.max(most, Math.abs(value));
    const step = most / Math.min(QUERY_LEVELS, Math.floor(MAX_SUM / this.#stride)) || 1;
    const { shorts } = this.#arena;
    query.forEach((value, i) => { shorts[(this.#queryShorts >> 1) + i] = Math.round(value / step); });
    return step;
  }

  #floatScores(segment: number, count: number): void {
    this.#kernels.floats?.((this.#segments[segment] as { floats: number }).floats, count, this.#queryFloats, this.#out, this.#stride);
    this.#estimates.set(this.#arena.floats.subarray(this.#out >> 2, (this.#out >> 2) + count), segment * SEGMENT_ROWS);
    this.#applyMetric(segment, count);
  }

  #byteScores(segment: number, count: number, step: number): void {
    this.#kernels.bytes((this.#segments[segment] as { bytes: number }).bytes, count, this.#queryShorts, this.#out, this.#stride);
    const { ints } = this.#arena;
    const scales = this.#scale.values;
    const estimates = this.#estimates;
    for (let row = segment * SEGMENT_ROWS, at = this.#out >> 2, end = row + count; row < end; row++, at++) {
      estimates[row] = (ints[at] as number) * step * (scales[row] as number);
    }
    this.#applyMetric(segment, count);
  }

  #byteScoresAt(rows: readonly number[], step: number): void {
    for (let from = 0; from < rows.length; from += SEGMENT_ROWS) {
      const part = rows.slice(from, from + SEGMENT_ROWS);
      const { ints } = this.#arena;
      part.forEach((row, i) => { ints[(this.#list >> 2) + i] = this.#bytesOf(row); });
      this.#kernels.bytesAt(this.#list, part.length, this.#queryShorts, this.#out, this.#stride);
      part.forEach((row, i) => {
        const dot = (ints[(this.#out >> 2) + i] as number) * step * this.#scale.get(row);
        this.#estimates[row] = this.#metric === 'euclidean' ? 2 * dot - this.#length.get(row) ** 2 : dot;
      });
    }
  }

  // From dot products to what ranks: for 'euclidean' the negative squared distance, up to the query's own length.
  #applyMetric(segment: number, count: number): void {
    if (this.#metric !== 'euclidean') return;
    for (let row = segment * SEGMENT_ROWS, end = row + count; row < end; row++) {
      this.#estimates[row] = 2 * (this.#estimates[row] as number) - this.#length.get(row) ** 2;
    }
  }

  #sealedBits(): BitRows {
    this.#bits ??= new BitRows(this.#arena, this.#stride);
    for (const full = Math.floor(this.#rows / SEGMENT_ROWS); this.#bits.sealed < full;) {
      this.#bits.seal((this.#segments[this.#bits.sealed] as { floats: number }).floats >> 2, this.#stride);
    }
    return this.#bits;
  }
}

const byNumber: RowOrder = (a, b) => a - b;

// How many rows of a segment are in the set.
function countIn(rows: Bitmap, start: number, end: number): number {
  const { words } = rows;
  let total = 0;
  for (let word = start >>> 5; word < Math.min((end + 31) >>> 5, words.length); word++) total += popcount(words[word] as number);
  return total;
}
