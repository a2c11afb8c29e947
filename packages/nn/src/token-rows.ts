/** Rows of token ids of one length, `[rows, length]`: what a language model's state remembers of the text itself. */
export interface TokenRows {
  readonly ids: Int32Array;
  readonly rows: number;
  readonly length: number;
}

/** Each row and then its new tokens (`[rows, n]`), cut to the last `limit` tokens. */
export function appendTokens(before: TokenRows, tokens: Int32Array, limit: number): TokenRows {
  const { rows } = before;
  const added = tokens.length / rows;
  const length = Math.min(limit, before.length + added);
  const fresh = Math.min(added, length);
  const ids = new Int32Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const endBefore = (row + 1) * before.length;
    const endAdded = (row + 1) * added;
    ids.set(before.ids.subarray(endBefore - (length - fresh), endBefore), row * length);
    ids.set(tokens.subarray(endAdded - fresh, endAdded), (row + 1) * length - fresh);
  }
  return { ids, rows, length };
}

/** The given rows, in this order; any may be repeated. */
export function selectTokens({ ids, length }: TokenRows, rows: readonly number[]): TokenRows {
  const selected = new Int32Array(rows.length * length);
  rows.forEach((row, i) => {
    selected.set(ids.subarray(row * length, (row + 1) * length), i * length);
  });
  return { ids: selected, rows: rows.length, length };
}
