import { findWord, type TrieOrder } from "./trie.ts";

/** The columns of a `QuantizedOrder`. */
export interface QuantizedColumns {
  /** Two bytes each where the vocabulary allows it. Empty at order 1. */
  readonly words: Int32Array | Uint16Array;
  /** What the codes of log-probabilities stand for. */
  readonly logProbTable: Float32Array;
  /** An entry for every n-gram. */
  readonly logProbs: Uint8Array;
  /** What the codes of back-off weights stand for. Empty at the highest order, as are the three that follow. */
  readonly backoffTable: Float32Array;
  readonly backoffs: Uint8Array;
  /** Where the continuations of each block of n-grams begin, or, without `childOffsets`, of each n-gram. */
  readonly childBases: Int32Array;
  /** How far behind those of its block the continuations of an n-gram begin; empty where two bytes cannot tell. */
  readonly childOffsets: Uint16Array;
}

/** 2⁸ n-grams are a block. */
export const BLOCK_BITS = 8;

/** An order in 6 bytes an n-gram (3 at the highest order), or 2 more where there are more than 2¹⁶ words. */
export class QuantizedOrder implements TrieOrder, QuantizedColumns {
  readonly size: number;
  readonly words: Int32Array | Uint16Array;
  readonly logProbTable: Float32Array;
  readonly logProbs: Uint8Array;
  readonly backoffTable: Float32Array;
  readonly backoffs: Uint8Array;
  readonly childBases: Int32Array;
  readonly childOffsets: Uint16Array;

  constructor(columns: QuantizedColumns) {
    this.size = columns.logProbs.length;
    this.words = columns.words;
    this.logProbTable = columns.logProbTable;
    this.logProbs = columns.logProbs;
    this.backoffTable = columns.backoffTable;
    this.backoffs = columns.backoffs;
    this.childBases = columns.childBases;
    this.childOffsets = columns.childOffsets;
  }

  get columns() {
    const { words, logProbTable, logProbs, backoffTable, backoffs } = this;
    const { childBases, childOffsets } = this;
    return [words, logProbTable, logProbs, backoffTable, backoffs, childBases, childOffsets];
  }

  word(i: number): number {
    return this.words.length === 0 ? i : this.words[i]!;
  }

  logProb(i: number): number {
    return this.logProbTable[this.logProbs[i]!]!;
  }

  backoff(i: number): number {
    return this.backoffs.length === 0 ? 0 : this.backoffTable[this.backoffs[i]!]!;
  }

  firstChild(i: number): number {
    if (this.childBases.length === 0) return 0;
    if (this.childOffsets.length === 0) return this.childBases[i]!;
    return this.childBases[i >> BLOCK_BITS]! + this.childOffsets[i]!;
  }

  find(word: number, low: number, high: number): number {
    return findWord(this.words, word, low, high);
  }
}
