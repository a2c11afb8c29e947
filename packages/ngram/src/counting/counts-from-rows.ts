import { BOS, EOS, UNK, Vocabulary } from "@lm/text";
import type { NgramCounts } from "../counts.ts";
import { SentenceCutter } from "../training-sequence.ts";
import type { CountColumns } from "./count-orders.ts";
import { linkSuffixes, MissingSuffix } from "./link-suffixes.ts";
import { NgramTableError } from "./table-error.ts";
import type { OrderRows, TableRows } from "./table-rows.ts";

/** The n-grams of one order as symbols, sorted. */
interface SortedOrder {
  /** `[rows, order]` */
  readonly ngrams: Int32Array;
  readonly counts: Uint32Array;
  readonly places: Int32Array;
}

/**
 * Makes counts of the rows of a table, in whatever order they come. Without a vocabulary, that is the words of the
 * table in the order of their code units, behind `<unk>` and, where there are sentences, `<s>` and `</s>`.
 * @throws NgramTableError for rows that cannot be the counts of a text, or not all of them.
 */
export function countsFromRows(
  rows: TableRows,
  vocabulary: Vocabulary = vocabularyOf(rows.words),
): NgramCounts {
  if (rows.orders.length === 0) throw new NgramTableError(undefined, "there are no n-grams in it");
  const { bos, symbolCount } = new SentenceCutter(vocabulary);
  const symbols = symbolsOf(rows, vocabulary, bos);
  const tokens = vocabulary.bos === undefined ? [...vocabulary.tokens, BOS] : vocabulary.tokens;
  const sorted = rows.orders.map((each, i) => sortRows(each, i + 1, symbols, symbolCount));
  for (const [i, order] of sorted.entries()) checkRows(order, i + 1, tokens, bos);
  const columns = sorted.map((order, i): CountColumns => {
    if (i === 0) return unigrams(order, symbolCount);
    const { ngrams, counts } = order;
    const words = counts.map((_, row) => ngrams[row * (i + 1) + i]!);
    return { words: new Int32Array(words), counts, childStarts: new Int32Array(0) };
  });
  for (let k = 1; k < sorted.length; k++)
    columns[k - 1] = {
      ...columns[k - 1]!,
      childStarts: linkContexts(sorted[k - 1]!, sorted[k]!, k, columns[k - 1]!, tokens),
    };
  try {
    return { vocabulary, order: sorted.length, bos, orders: linkSuffixes(columns) };
  } catch (error) {
    if (!(error instanceof MissingSuffix)) throw error;
    const { ngrams, places } = sorted[error.order - 1]!;
    const ngram = textOf(ngrams, error.ngram, error.order, tokens);
    const suffix = textOf(ngrams, error.ngram, error.order, tokens, 1);
    throw new NgramTableError(
      places[error.ngram]!,
      `"${ngram}" was counted, but "${suffix}" was not; the table must list the n-grams of every length`,
    );
  }
}

function vocabularyOf(words: readonly string[]): Vocabulary {
  const hasSentences = words.includes(EOS);
  if (hasSentences !== words.includes(BOS))
    throw new NgramTableError(
      undefined,
      `there is ${hasSentences ? EOS : BOS}, but no ${hasSentences ? BOS : EOS}; every sentence needs both around it`,
    );
  const reserved = hasSentences ? [UNK, BOS, EOS] : [UNK];
  const others = words.filter((word) => !reserved.includes(word)).sort();
  return new Vocabulary([...reserved, ...others]);
}

/** The symbol of each of the table's words. */
function symbolsOf(rows: TableRows, vocabulary: Vocabulary, bos: number | undefined): Int32Array {
  return Int32Array.from(rows.words, (word) => {
    const symbol = vocabulary.bos === undefined && word === BOS ? bos : vocabulary.id(word);
    if (symbol === undefined)
      throw new NgramTableError(
        undefined,
        `the word "${word}" is not in the vocabulary; read the table without one, or count with ${UNK} in its place`,
      );
    return symbol;
  });
}

/** Sorts by the last word first and by the first word last, each time leaving equals as they were. */
function sortRows(
  { ngrams, counts, places }: OrderRows,
  order: number,
  symbols: Int32Array,
  symbolCount: number,
): SortedOrder {
  const words = ngrams.values;
  let rows = Int32Array.from(places.values, (_, row) => row);
  for (let position = order - 1; position >= 0; position--) {
    const ends = new Int32Array(symbolCount);
    for (let i = position; i < words.length; i += order) ends[symbols[words[i]!]!]!++;
    for (let i = 0, start = 0; i < symbolCount; i++) {
      start += ends[i]!;
      ends[i] = start - ends[i]!;
    }
    const next = new Int32Array(rows.length);
    for (const row of rows) next[ends[symbols[words[row * order + position]!]!]!++] = row;
    rows = next;
  }
  const sorted = new Int32Array(words.length);
  for (const [i, row] of rows.entries())
    for (let position = 0; position < order; position++)
      sorted[i * order + position] = symbols[words[row * order + position]!]!;
  return {
    ngrams: sorted,
    counts: Uint32Array.from(rows, (row) => counts.values[row]!),
    places: rows.map((row) => places.values[row]!),
  };
}

/** No n-gram twice, and none that reaches into the next sentence. */
function checkRows(
  { ngrams, places }: SortedOrder,
  order: number,
  tokens: readonly string[],
  bos: number | undefined,
): void {
  for (let row = 0; row < places.length; row++) {
    for (let position = 1; position < order; position++)
      if (ngrams[row * order + position] === bos)
        throw new NgramTableError(
          places[row]!,
          `"${textOf(ngrams, row, order, tokens)}" has ${BOS} inside; count within sentences`,
        );
    if (row > 0 && compare(ngrams, row - 1, order, ngrams, row, order, order) === 0)
      throw new NgramTableError(
        places[row]!,
        `"${textOf(ngrams, row, order, tokens)}" stands here and in line ${places[row - 1]}; ` +
          "read tables one by one and merge their counts",
      );
  }
}

function unigrams({ ngrams, counts }: SortedOrder, symbolCount: number): CountColumns {
  const all = new Uint32Array(symbolCount);
  for (const [row, symbol] of ngrams.entries()) all[symbol] = counts[row]!;
  const words = Int32Array.from(all, (_, symbol) => symbol);
  return { words, counts: all, childStarts: new Int32Array(0) };
}

/** Where the n-grams of order k + 1 begin that go on from each one of order k. */
function linkContexts(
  contexts: SortedOrder,
  longer: SortedOrder,
  k: number,
  { words, counts }: CountColumns,
  tokens: readonly string[],
): Int32Array {
  const childStarts = new Int32Array(words.length + 1);
  let row = 0;
  for (let context = 0, listed = 0; context < words.length; context++) {
    childStarts[context] = row;
    // Unigrams are known by their symbol, also those that the table does not list.
    if (k === 1 && contexts.ngrams[listed] !== context) continue;
    let total = 0;
    while (
      row < longer.places.length &&
      compare(contexts.ngrams, listed, k, longer.ngrams, row, k + 1, k) === 0
    )
      total += longer.counts[row++]!;
    if (total > counts[context]!)
      throw new NgramTableError(
        contexts.places[listed]!,
        `"${textOf(contexts.ngrams, listed, k, tokens)}" is counted ${counts[context]} times, but with a word ` +
          `behind it ${total} times`,
      );
    listed++;
  }
  childStarts[words.length] = row;
  if (row < longer.places.length)
    throw new NgramTableError(
      longer.places[row]!,
      `"${textOf(longer.ngrams, row, k + 1, tokens)}" was counted, but ` +
        `"${textOf(longer.ngrams, row, k + 1, tokens, 0, k)}" was not; the table must list the n-grams of every length`,
    );
  return childStarts;
}

/** Compares the first `length` words of two n-grams. */
function compare(
  a: Int32Array,
  rowA: number,
  orderA: number,
  b: Int32Array,
  rowB: number,
  orderB: number,
  length: number,
): number {
  for (let i = 0; i < length; i++) {
    const difference = a[rowA * orderA + i]! - b[rowB * orderB + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The words of an n-gram, from one place to before another. */
function textOf(
  ngrams: Int32Array,
  row: number,
  order: number,
  tokens: readonly string[],
  from = 0,
  to = order,
): string {
  return Array.from(ngrams.subarray(row * order + from, row * order + to), (id) => tokens[id]).join(
    " ",
  );
}
