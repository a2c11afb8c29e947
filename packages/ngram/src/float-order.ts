import { findWord, type TrieOrder } from "./trie.ts";

/** The columns of a `FloatOrder`, an entry for every n-gram. */
export interface FloatColumns {
  /** Empty at order 1. */
  readonly words: Int32Array;
  readonly logProbs: Float32Array;
  /** Empty at the highest order. */
  readonly backoffs: Float32Array;
  /** One entry more than n-grams; empty at the highest order. */
  readonly childStarts: Int32Array;
}

/**
 * An order as it was estimated or read. Four columns of four bytes: 16 bytes an n-gram, 8 at the highest order.
 * Float32 has seven digits, more than counts support.
 */
export class FloatOrder implements TrieOrder, FloatColumns {
  readonly size: number;
  readonly words: Int32Array;
  readonly logProbs: Float32Array;
  readonly backoffs: Float32Array;
  readonly childStarts: Int32Array;

  constructor({ words, logProbs, backoffs, childStarts }: FloatColumns) {
    this.size = logProbs.length;
    this.words = words;
    this.logProbs = logProbs;
    this.backoffs = backoffs;
    this.childStarts = childStarts;
  }

  get columns() {
    return [this.words, this.logProbs, this.backoffs, this.childStarts];
  }

  word(i: number): number {
    return this.words.length === 0 ? i : this.words[i]!;
  }

  logProb(i: number): number {
    return this.logProbs[i]!;
  }

  backoff(i: number): number {
    return this.backoffs.length === 0 ? 0 : this.backoffs[i]!;
  }

  firstChild(i: number): number {
    return this.childStarts.length === 0 ? 0 : this.childStarts[i]!;
  }

  find(word: number, low: number, high: number): number {
    return findWord(this.words, word, low, high);
  }
}
