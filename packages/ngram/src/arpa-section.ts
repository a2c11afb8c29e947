import { ArpaError } from "./arpa-error.ts";
import type { FloatColumns } from "./float-order.ts";

/** A section in the order of the trie. */
export interface SortedSection extends Omit<FloatColumns, "childStarts"> {
  /** Where the n-grams of each context begin; the last entry is the end. */
  readonly starts: Int32Array;
}

const FIRST_CAPACITY = 1024;

/** The n-grams of one `\k-grams:` section as they come, in columns that grow. */
export class ArpaSection {
  readonly k: number;
  size = 0;
  #lines: Int32Array;
  #contexts: Int32Array;
  #words: Int32Array;
  #logProbs: Float32Array;
  #backoffs: Float32Array;

  constructor(k: number) {
    this.k = k;
    this.#lines = new Int32Array(FIRST_CAPACITY);
    this.#contexts = new Int32Array(FIRST_CAPACITY);
    this.#words = new Int32Array(FIRST_CAPACITY);
    this.#logProbs = new Float32Array(FIRST_CAPACITY);
    this.#backoffs = new Float32Array(FIRST_CAPACITY);
  }

  /** `context` is the index of all words but the last among order k − 1. */
  add(line: number, context: number, word: number, logProb: number, backoff: number): void {
    if (this.size === this.#words.length) this.#grow();
    this.#lines[this.size] = line;
    this.#contexts[this.size] = context;
    this.#words[this.size] = word;
    this.#logProbs[this.size] = logProb;
    this.#backoffs[this.size] = backoff;
    this.size++;
  }

  /** `repair` is told of every n-gram that stands there twice; the first is kept. */
  sorted(
    contextCount: number,
    wordCount: number,
    repair: (problem: ArpaError) => void,
  ): SortedSection {
    const asRead = new Int32Array(this.size).map((_, i) => i);
    const byWord = countingSort(asRead, this.#words, wordCount).sorted;
    const { sorted, starts } = countingSort(byWord, this.#contexts, contextCount);
    const kept = this.#withoutRepetitions(sorted, repair);
    return {
      words: kept.map((i) => this.#words[i]!),
      logProbs: Float32Array.from(kept, (i) => this.#logProbs[i]!),
      backoffs: Float32Array.from(kept, (i) => this.#backoffs[i]!),
      starts: kept === sorted ? starts : countingSort(kept, this.#contexts, contextCount).starts,
    };
  }

  #withoutRepetitions(sorted: Int32Array, repair: (problem: ArpaError) => void): Int32Array {
    const repeated = new Set<number>();
    let before = -1;
    for (let place = 0; place < sorted.length; place++) {
      const i = sorted[place]!;
      if (
        place > 0 &&
        this.#contexts[before] === this.#contexts[i] &&
        this.#words[before] === this.#words[i]
      ) {
        const stands = `the same ${this.k}-gram stands in line ${this.#lines[before]}`;
        repair(new ArpaError(this.#lines[i]!, stands));
        repeated.add(i);
      } else before = i;
    }
    return repeated.size > 0 ? sorted.filter((i) => !repeated.has(i)) : sorted;
  }

  #grow(): void {
    const enlarged = <Column extends Int32Array | Float32Array>(from: Column, to: Column) => {
      to.set(from);
      return to;
    };
    const capacity = 2 * this.size;
    this.#lines = enlarged(this.#lines, new Int32Array(capacity));
    this.#contexts = enlarged(this.#contexts, new Int32Array(capacity));
    this.#words = enlarged(this.#words, new Int32Array(capacity));
    this.#logProbs = enlarged(this.#logProbs, new Float32Array(capacity));
    this.#backoffs = enlarged(this.#backoffs, new Float32Array(capacity));
  }
}

/** Sorts `items` by `keys[item]` (0 ≤ key < bins), equal keys as they were; and where each key's begin. */
function countingSort(
  items: Int32Array,
  keys: Int32Array,
  bins: number,
): { sorted: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(bins + 1);
  for (let i = 0; i < items.length; i++) starts[keys[items[i]!]! + 1]!++;
  for (let bin = 0; bin < bins; bin++) starts[bin + 1]! += starts[bin]!;
  const ends = starts.slice(0, -1);
  const sorted = new Int32Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    sorted[ends[keys[item]!]!++] = item;
  }
  return { sorted, starts };
}
