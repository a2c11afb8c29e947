import type { CountCursor } from "./count-cursor.ts";
import type { CountColumns } from "./count-orders.ts";

/**
 * The n-grams of a cursor as columns, given how many there are of each order. Every symbol becomes a unigram,
 * whether it was counted or not.
 */
export function collectColumns(
  cursor: CountCursor,
  sizes: readonly number[],
  symbolCount: number,
): CountColumns[] {
  const orders = sizes.map((size, i) => ({
    words: new Int32Array(i === 0 ? symbolCount : size),
    counts: new Uint32Array(i === 0 ? symbolCount : size),
    childStarts: new Int32Array(i + 1 < sizes.length ? (i === 0 ? symbolCount : size) + 1 : 0),
  }));
  const [unigrams] = orders;
  for (let symbol = 0; symbol < symbolCount; symbol++) unigrams!.words[symbol] = symbol;
  const filled = new Int32Array(sizes.length);
  for (; cursor.order > 0; cursor.advance()) {
    const { order, word, count } = cursor;
    const { words, counts } = orders[order - 1]!;
    const ngram = order === 1 ? word : filled[order - 1]!;
    words[ngram] = word;
    counts[ngram] = count;
    filled[order - 1] = ngram + 1;
    // How many continuations there are of it and all before.
    if (order > 1) orders[order - 2]!.childStarts[filled[order - 2]!] = ngram + 1;
  }
  // Where there are none, as many as before.
  for (const { childStarts } of orders)
    for (let i = 1; i < childStarts.length; i++)
      if (childStarts[i]! < childStarts[i - 1]!) childStarts[i] = childStarts[i - 1]!;
  return orders;
}
