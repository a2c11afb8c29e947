import type { Vocabulary } from "@lm/text";
import type { Backoff } from "./smoothing/smoothing.ts";

/** Longer n-grams are of no use; an order above this is a mistake, or a file that means harm. */
export const HIGHEST_ORDER = 32;

/** How many words, `<s>` among them, two bytes can number. */
export const WORDS_IN_TWO_BYTES = 2 ** 16;

type Column = Int32Array | Float32Array | Uint16Array | Uint8Array;

/**
 * The n-grams of one order k, sorted by first word, then second, and so on, so that the continuations of one
 * context lie together in the order of their last words. An n-gram is known by its index in that list.
 *
 *     order k     … | the cat · | the dog · | the man · | …            words, log-probabilities, back-off weights
 *                        ↓ firstChild
 *     order k+1   … | the cat ran · | the cat sat · | the dog ran · | …
 *
 * Values are base-10 logarithms, as in ARPA files, so that reading and writing those loses nothing.
 */
export interface TrieOrder {
  /** How many n-grams there are. */
  readonly size: number;
  /** The last word of n-gram i. At order 1 that is i. */
  word(i: number): number;
  /** log10 p(last word | words before it). */
  logProb(i: number): number;
  /** log10 γ of the n-gram as a context; 0 at the highest order. */
  backoff(i: number): number;
  /**
   * N-gram i goes on in the n-grams `firstChild(i)` to `firstChild(i + 1) − 1` of order k + 1; i may be `size`.
   * Always 0 at the highest order.
   */
  firstChild(i: number): number;
  /** The n-gram with this last word among those from `low` to before `high`, one context's; or −1. Above order 1. */
  find(word: number, low: number, high: number): number;
  /** The arrays that hold all this, as they follow each other in a model file. */
  readonly columns: readonly Column[];
}

/** All that an n-gram model knows. */
export interface Trie {
  readonly vocabulary: Vocabulary;
  /** Whether `<unk>` is one of the words that can come next. */
  readonly isOpen: boolean;
  /** `orders[k − 1]` holds order k. Unigram i is token i; an `<s>` that has no id stands behind them. */
  readonly orders: readonly TrieOrder[];
  /** Where the probability of what is not listed comes from. */
  readonly backoff: Backoff;
  /** log10 γ of a context that is not listed: 0 except in stupid back-off. */
  readonly unlistedBackoff: number;
}

/** |V|: how many words can be predicted: the vocabulary without `<s>`, and without `<unk>` where it is closed. */
export function predictedCount({ size, bos, unk }: Vocabulary, isOpen: boolean): number {
  return size - (bos === undefined ? 0 : 1) - (isOpen || unk === undefined ? 0 : 1);
}

/** The unigram of `<s>`, where there is one. */
export function bosOf({ vocabulary, orders }: Trie): number | undefined {
  const hasExtra = orders[0]!.size > vocabulary.size;
  return vocabulary.bos ?? (hasExtra ? vocabulary.size : undefined);
}

/**
 * The index, among order k + 1, of n-gram `node` of order k continued by `word`; −1 where it is not listed.
 * At k = 0 the only node is the empty context, which every word continues.
 */
export function findChild(orders: readonly TrieOrder[], k: number, node: number, word: number) {
  if (k === 0) return word;
  const context = orders[k - 1]!;
  return orders[k]!.find(word, context.firstChild(node), context.firstChild(node + 1));
}

/** The place of `word` among the rising `words[low]` to `words[high − 1]`, or −1. */
export function findWord(
  words: Int32Array | Uint16Array,
  word: number,
  low: number,
  high: number,
): number {
  let from = low;
  // Halving a length, not a range: the loop has one comparison, which is not worth predicting.
  for (let length = high - low; length > 1; ) {
    const half = length >>> 1;
    from = words[from + half]! <= word ? from + half : from;
    length -= half;
  }
  return low < high && words[from] === word ? from : -1;
}
