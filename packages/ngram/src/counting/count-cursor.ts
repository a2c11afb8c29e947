import type { CountColumns } from "./count-orders.ts";

/**
 * Counted n-grams one at a time, each before those that go on from it, and in the order of their words: `a`,
 * `a b`, `a b c`, `a b d`, `a c`, `b`. So an n-gram is told by its order and its last word alone.
 */
export interface CountCursor {
  /** The order of the n-gram; 0 behind the last. */
  readonly order: number;
  /** Its last word. */
  readonly word: number;
  readonly count: number;
  /** Goes on to the next n-gram. */
  advance(): void;
}

/** The n-grams of columns, those with a count. */
export class ColumnCursor implements CountCursor {
  order = 1;
  word = 0;
  count = 0;
  readonly #orders: readonly CountColumns[];
  /** `next[k − 1]`, `ends[k − 1]`: the n-grams of order k that are still to come in the list that is open. */
  readonly #next: Int32Array;
  readonly #ends: Int32Array;

  constructor(orders: readonly CountColumns[]) {
    this.#orders = orders;
    this.#next = new Int32Array(orders.length);
    this.#ends = new Int32Array(orders.length);
    this.#ends[0] = orders[0]!.words.length;
    this.#open(1);
  }

  advance(): void {
    const { order } = this;
    const ngram = this.#next[order - 1]! - 1;
    if (order < this.#orders.length) {
      const { childStarts } = this.#orders[order - 1]!;
      this.#next[order] = childStarts[ngram]!;
      this.#ends[order] = childStarts[ngram + 1]!;
      this.#open(order + 1);
    } else this.#open(order);
  }

  /** Steps to the next n-gram of this order, or where its list is over, of the next lower one that has some left. */
  #open(order: number): void {
    for (let k = order; k > 0; k--)
      while (this.#next[k - 1]! < this.#ends[k - 1]!) {
        const { words, counts } = this.#orders[k - 1]!;
        const ngram = this.#next[k - 1]!++;
        if (counts[ngram] === 0) continue;
        this.order = k;
        this.word = words[ngram]!;
        this.count = counts[ngram]!;
        return;
      }
    this.order = 0;
  }
}
