import { Bitmap } from './bitmap.ts';

/** Where the columns get their values. */
export interface FieldSource {
  readonly rows: number;
  /** Undefined when the row has no such field. */
  readField(row: number, field: string): unknown;
}

/** A metadata field by row: each distinct value once, and per row which one. Number 0 stands for a missing field. */
interface Column {
  readonly codes: number[];
  readonly values: unknown[];
  readonly codeOf: Map<string, number>;
}

/**
 * Fields of the rows, as columns. A column is made when a filter first names its field and then kept up to date, so a
 * test runs once per distinct value, not once per row.
 */
export class Columns {
  readonly #columns = new Map<string, Column>();
  readonly #source: FieldSource;
  #rows: number;

  constructor(source: FieldSource) {
    this.#source = source;
    this.#rows = source.rows;
  }

  /** Takes in the next row. */
  add(): void {
    const row = this.#rows++;
    for (const [field, column] of this.#columns) append(column, this.#source.readField(row, field));
  }

  /** Rows whose value of the field passes the test. */
  matching(field: string, test: (value: unknown) => boolean): Bitmap {
    let column = this.#columns.get(field);
    if (column === undefined) {
      column = { codes: [], values: [undefined], codeOf: new Map() };
      for (let row = 0; row < this.#rows; row++) append(column, this.#source.readField(row, field));
      this.#columns.set(field, column);
    }
    const passes = column.values.map((value) => test(value));
    const rows = new Bitmap(this.#rows);
    column.codes.forEach((code, row) => {
      if (passes[code] === true) rows.add(row);
    });
    return rows;
  }
}

function append(column: Column, value: unknown): void {
  if (value === undefined) {
    column.codes.push(0);
    return;
  }
  const key = JSON.stringify(value);
  let code = column.codeOf.get(key);
  if (code === undefined) {
    code = column.values.push(value) - 1;
    column.codeOf.set(key, code);
  }
  column.codes.push(code);
}
