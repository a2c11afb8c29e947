import type { Vocabulary } from "@lm/text";
import {
  type TrainingSequence,
  trainingSequence,
  type UnknownPolicy,
} from "./training-sequence.ts";
import { findWord, HIGHEST_ORDER } from "./trie.ts";

/**
 * The distinct n-grams of one order k, sorted by first word, then second, and so on. An n-gram is known by its
 * place in that list, its index; every column has one entry an n-gram.
 */
export interface OrderCounts {
  /** The last word. */
  readonly words: Int32Array;
  /** How often the n-gram stands in the text. */
  readonly counts: Uint32Array;
  /** The index, among order k − 1, of the n-gram without its first word. Empty at order 1. */
  readonly suffixes: Int32Array;
  /**
   * N-gram i goes on in the n-grams `childStarts[i]` to `childStarts[i + 1] − 1` of order k + 1. One entry more
   * than n-grams; empty at the highest order.
   */
  readonly childStarts: Int32Array;
}

/** Every n-gram of a text up to an order, with raw counts. All smoothing starts from here. */
export interface NgramCounts {
  readonly vocabulary: Vocabulary;
  readonly order: number;
  /** The index of `<s>` among the unigrams, where there is one. */
  readonly bos: number | undefined;
  /** `orders[k − 1]` holds order k. Unigram i is symbol i, whether it occurs or not. */
  readonly orders: readonly OrderCounts[];
}

/**
 * The index, among order k + 1, of n-gram `ngram` of order k continued by `word`; −1 where it was not counted. At
 * k = 0 the only n-gram is the empty one, which every word continues.
 */
export function findNgram({ orders }: NgramCounts, k: number, ngram: number, word: number): number {
  if (k === 0) return word;
  const { childStarts } = orders[k - 1]!;
  return findWord(orders[k]!.words, word, childStarts[ngram]!, childStarts[ngram + 1]!);
}

/** @throws RangeError for an order that is no integer from 1 to 32. */
export function checkOrder(order: number): void {
  if (!Number.isInteger(order) || order < 1 || order > HIGHEST_ORDER)
    throw new RangeError(
      `ngram: order is ${order}, but it must be an integer from 1 to ${HIGHEST_ORDER}`,
    );
}

/**
 * Counts every n-gram of 1 to `order` tokens.
 * @throws RangeError for an order that is no integer from 1 to 32 and for ids that cannot be counted.
 */
export function countNgrams(
  vocabulary: Vocabulary,
  ids: Int32Array,
  { order, unknown = "skip" }: { readonly order: number; readonly unknown?: UnknownPolicy },
): NgramCounts {
  checkOrder(order);
  const sequence = trainingSequence(vocabulary, ids, unknown);
  return { vocabulary, order, bos: sequence.bos, orders: countOrders(sequence, order) };
}

/**
 * A radix sort, one word a level. `ranks` says for each position of the text which k-gram starts there (its
 * index, or −1 where the sentence ends before). Visit the positions in the order of the word that stands k
 * places on, and put each into the bin of its k-gram: every bin then has its (k + 1)-grams in order, equal ones
 * side by side. So a level is two passes over the text, whatever the order.
 */
function countOrders(sequence: TrainingSequence, order: number): OrderCounts[] {
  const unigrams = countUnigrams(sequence);
  const byWord = positionsByWord(sequence.symbols, unigrams.counts);
  const orders = [unigrams];
  let ranks = sequence.symbols;
  for (let k = 1; k < order; k++) {
    const shorter = orders[k - 1]!;
    const bins = fillBins(sequence, k, byWord, ranks, shorter.counts);
    const { longer, childStarts, longerRanks } = collect(sequence.symbols, k, ranks, bins);
    orders[k - 1] = { ...shorter, childStarts };
    orders.push(longer);
    ranks = longerRanks;
  }
  return orders;
}

/** Positions, sorted into one bin for each k-gram: bin i is `positions[starts[i]]` up to before `ends[i]`. */
interface Bins {
  readonly positions: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Puts every position at which a (k + 1)-gram starts into the bin of its k-gram. */
function fillBins(
  { symbols, bos }: TrainingSequence,
  k: number,
  byWord: Int32Array,
  ranks: Int32Array,
  counts: Uint32Array,
): Bins {
  const starts = startsOf(counts);
  const ends = starts.slice(0, -1);
  const positions = new Int32Array(symbols.length);
  for (let i = 0; i < byWord.length; i++) {
    const last = byWord[i]!;
    const first = last - k;
    // What runs into the <s> of the next sentence is no n-gram.
    if (first < 0 || symbols[last] === bos) continue;
    const rank = ranks[first]!;
    if (rank >= 0) positions[ends[rank]!++] = first;
  }
  return { positions, starts, ends };
}

/** Lists the distinct (k + 1)-grams, bin by bin, and says for each position which one starts there. */
function collect(
  symbols: Int32Array,
  k: number,
  ranks: Int32Array,
  { positions, starts, ends }: Bins,
): { longer: OrderCounts; childStarts: Int32Array; longerRanks: Int32Array } {
  const childStarts = new Int32Array(starts.length);
  const longerRanks = new Int32Array(symbols.length).fill(-1);
  // At most one (k + 1)-gram a position; what is used of these columns is copied at the end.
  const words = new Int32Array(symbols.length);
  const counts = new Uint32Array(symbols.length);
  const suffixes = new Int32Array(symbols.length);
  let size = 0;
  for (let bin = 0; bin < ends.length; bin++) {
    childStarts[bin] = size;
    const end = ends[bin]!;
    let previousWord = -1;
    for (let i = starts[bin]!; i < end; i++) {
      const first = positions[i]!;
      const word = symbols[first + k]!;
      if (word !== previousWord) {
        previousWord = word;
        words[size] = word;
        suffixes[size] = ranks[first + 1]!;
        size++;
      }
      counts[size - 1]!++;
      longerRanks[first] = size - 1;
    }
  }
  childStarts[ends.length] = size;
  const longer = {
    words: words.slice(0, size),
    counts: counts.slice(0, size),
    suffixes: suffixes.slice(0, size),
    childStarts: new Int32Array(0),
  };
  return { longer, childStarts, longerRanks };
}

function countUnigrams({ symbols, symbolCount }: TrainingSequence): OrderCounts {
  const counts = new Uint32Array(symbolCount);
  for (let i = 0; i < symbols.length; i++) counts[symbols[i]!]!++;
  return {
    words: Int32Array.from(counts, (_, symbol) => symbol),
    counts,
    suffixes: new Int32Array(0),
    childStarts: new Int32Array(0),
  };
}

/** A counting sort: all positions of the first symbol, then those of the second, and so on. */
function positionsByWord(symbols: Int32Array, counts: Uint32Array): Int32Array {
  const ends = startsOf(counts).slice(0, -1);
  const positions = new Int32Array(symbols.length);
  for (let i = 0; i < symbols.length; i++) positions[ends[symbols[i]!]!++] = i;
  return positions;
}

/** Where each of some bins starts that lie one behind the other; the last entry is the end of all. */
function startsOf(sizes: Uint32Array): Int32Array {
  const starts = new Int32Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i++) starts[i + 1] = starts[i]! + sizes[i]!;
  return starts;
}
