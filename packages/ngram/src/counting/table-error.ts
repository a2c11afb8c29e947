/** A table that holds no n-gram counts, or not all. */
export class NgramTableError extends Error {
  override readonly name = "NgramTableError";
  /** The line or row, from 1; undefined where the trouble is with the table as a whole. */
  readonly row: number | undefined;

  constructor(row: number | undefined, problem: string, options?: ErrorOptions) {
    const place = row === undefined ? "n-gram table" : `n-gram table, line ${row}`;
    super(`${place}: ${problem}`, options);
    this.row = row;
  }
}
