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
  /** How many n-grams the header promises. */
  readonly declared: number;
  size = 0;
  /** The line of the first n-gram; each stands on a line of its own. */
  readonly #firstLine: number;
  #contexts: Int32Array;
  #words: Int32Array;
  #logProbs: Float32Array;
  #backoffs: Float32Array;

  constructor(k: number, declared: number, firstLine: number) {
    const capacity = Math.min(declared, FIRST_CAPACITY);
    this.k = k;
    this.declared = declared;
    this.#firstLine = firstLine;
    this.#contexts = new Int32Array(capacity);
    this.#words = new Int32Array(capacity);
    this.#logProbs = new Float32Array(capacity);
    this.#backoffs = new Float32Array(capacity);
  }

  /** `context` is the index of all words but the last among order k − 1. */
  add(context: number, word: number, logProb: number, backoff: number): void {
    if (this.size === this.#words.length) this.#grow();
    this.#contexts[this.size] = context;
    this.#words[this.size] = word;
    this.#logProbs[this.size] = logProb;
    this.#backoffs[this.size] = backoff;
    this.size++;
  }

  /** @throws ArpaError for an n-gram that stands there twice. */
  sorted(contextCount: number, wordCount: number): SortedSection {
    const { size } = this;
    const asRead = new Int32Array(size).map((_, i) => i);
    const byWord = countingSort(asRead, this.#words, wordCount).sorted;
    const { sorted, starts } = countingSort(byWord, this.#contexts, contextCount);
    const words = new Int32Array(size);
    const logProbs = new Float32Array(size);
    const backoffs = new Float32Array(size);
    for (let place = 0; place < size; place++) {
      const i = sorted[place]!;
      const before = place > 0 ? sorted[place - 1]! : i;
      if (
        before !== i &&
        this.#contexts[before] === this.#contexts[i] &&
        this.#words[before] === this.#words[i]
      )
        throw new ArpaError(
          this.#firstLine + i,
          `the same ${this.k}-gram stands in line ${this.#firstLine + before}`,
        );
      words[place] = this.#words[i]!;
      logProbs[place] = this.#logProbs[i]!;
      backoffs[place] = this.#backoffs[i]!;
    }
    return { words, logProbs, backoffs, starts };
  }

  #grow(): void {
    const enlarged = <Column extends Int32Array | Float32Array>(from: Column, to: Column) => {
      to.set(from);
      return to;
    };
    const capacity = Math.min(this.declared, 2 * this.size);
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
  for (let i = 0; i < items.length; i++) starts[keys[i]! + 1]!++;
  for (let bin = 0; bin < bins; bin++) starts[bin + 1]! += starts[bin]!;
  const ends = starts.slice(0, -1);
  const sorted = new Int32Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    sorted[ends[keys[item]!]!++] = item;
  }
  return { sorted, starts };
}
