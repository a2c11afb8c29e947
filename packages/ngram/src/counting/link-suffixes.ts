import type { OrderCounts } from "../counts.ts";
import { findWord } from "../trie.ts";
import type { CountColumns } from "./count-orders.ts";

/** An n-gram is there, but the same without its first word is not. */
export class MissingSuffix extends Error {
  /** Which: its order, and its index among that order. */
  readonly order: number;
  readonly ngram: number;

  constructor(order: number, ngram: number) {
    super(`n-gram ${ngram} of order ${order} is listed, but not its last ${order - 1} words`);
    this.order = order;
    this.ngram = ngram;
  }
}

/**
 * Finds for every n-gram the one without its first word: the context without its first word is known from the
 * order below, and the word is among its continuations.
 * @throws MissingSuffix
 */
export function linkSuffixes(orders: readonly CountColumns[]): OrderCounts[] {
  const linked: OrderCounts[] = [];
  for (const [i, columns] of orders.entries()) {
    const { words } = columns;
    const suffixes = new Int32Array(i === 0 ? 0 : words.length);
    if (i === 1) linkBigrams(words, orders[0]!.counts, suffixes);
    else if (i > 1) linkOrder(i + 1, columns, linked[i - 1]!, linked[i - 2]!, suffixes);
    linked.push({ ...columns, suffixes });
  }
  return linked;
}

/** The suffix of two words is the second, which is its own index, whether it was counted or not. */
function linkBigrams(words: Int32Array, counts: Uint32Array, suffixes: Int32Array): void {
  for (let i = 0; i < words.length; i++) {
    if (counts[words[i]!] === 0) throw new MissingSuffix(2, i);
    suffixes[i] = words[i]!;
  }
}

function linkOrder(
  order: number,
  { words }: CountColumns,
  contexts: OrderCounts,
  shorterContexts: OrderCounts,
  suffixes: Int32Array,
): void {
  const { childStarts, words: suffixWords } = contexts;
  for (let context = 0; context + 1 < childStarts.length; context++) {
    const end = childStarts[context + 1]!;
    let child = childStarts[context]!;
    if (child === end) continue;
    const shorter = contexts.suffixes[context]!;
    let low = shorterContexts.childStarts[shorter]!;
    const high = shorterContexts.childStarts[shorter + 1]!;
    for (; child < end; child++) {
      const suffix = findWord(suffixWords, words[child]!, low, high);
      if (suffix < 0) throw new MissingSuffix(order, child);
      suffixes[child] = suffix;
      low = suffix + 1;
    }
  }
}
