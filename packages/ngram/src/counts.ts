import type { Vocabulary } from "@lm/text";
import { countOrders } from "./counting/count-orders.ts";
import { linkSuffixes } from "./counting/link-suffixes.ts";
import { END_OF_TEXT, SentenceCutter, type TrainingTextOptions } from "./training-sequence.ts";
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

/** What is counted of a text, and how. */
export interface CountOptions extends TrainingTextOptions {
  /** The highest order, from 1 to 32. */
  readonly order: number;
}

/**
 * Counts every n-gram of 1 to `order` tokens.
 * @throws RangeError for an order that is no integer from 1 to 32 and for ids that cannot be counted.
 */
export function countNgrams(
  vocabulary: Vocabulary,
  ids: Int32Array,
  { order, ...text }: CountOptions,
): NgramCounts {
  checkOrder(order);
  const cutter = new SentenceCutter(vocabulary, text);
  const symbols = new Int32Array(2 * ids.length + 1 + order);
  const length = cutter.end(symbols, cutter.cut(ids, symbols, 0));
  symbols.fill(END_OF_TEXT, length, length + order);
  const { bos, symbolCount } = cutter;
  const columns = countOrders({ symbols, length, bos, symbolCount }, order);
  return { vocabulary, order, bos, orders: linkSuffixes(columns) };
}
