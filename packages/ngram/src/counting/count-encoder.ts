/** Takes some bytes; they are its to keep. */
export type ByteSink = (bytes: Uint8Array<ArrayBuffer>) => void;

const BLOCK = 1 << 16;
/** An n-gram is at most one end of a list for each order, and two numbers of five bytes. */
const LONGEST_ENTRY = 64;

/**
 * Writes counted n-grams in the order of a `CountCursor` as one run of bytes, some five an n-gram. An entry is two
 * numbers, how far the last word lies beyond that of the entry before it in its list (at first, beyond −1) and
 * the count; then, below the highest order, comes the list of those that go on from it. A 0 ends a list. Numbers
 * are in base 128, the lowest digit first, with the high bit set on all digits but the last (LEB128).
 */
export class CountEncoder {
  /** How many n-grams of each order were written. */
  readonly sizes: number[];
  readonly #sink: ByteSink;
  readonly #order: number;
  /** The last word written in the list of each order. */
  readonly #words: Int32Array;
  #block = new Uint8Array(BLOCK);
  #length = 0;
  /** The order of the list that is open. */
  #open = 1;

  constructor(order: number, sink: ByteSink) {
    this.sizes = new Array<number>(order).fill(0);
    this.#sink = sink;
    this.#order = order;
    this.#words = new Int32Array(order + 1).fill(-1);
  }

  /** Takes the next n-gram: its order, last word and count. */
  write(order: number, word: number, count: number): void {
    if (this.#length > BLOCK - LONGEST_ENTRY) this.#flush();
    this.#close(order);
    this.#number(word - this.#words[order]!);
    this.#number(count);
    this.#words[order] = word;
    this.sizes[order - 1]!++;
    if (order === this.#order) return;
    this.#open = order + 1;
    this.#words[order + 1] = -1;
  }

  /** Ends all lists and hands over what is left. */
  end(): void {
    this.#flush();
    this.#close(0);
    this.#flush();
  }

  /** Ends the lists above an order. */
  #close(order: number): void {
    for (; this.#open > order; this.#open--) this.#block[this.#length++] = 0;
  }

  #number(value: number): void {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#block[this.#length++] = (rest & 127) | 128;
    this.#block[this.#length++] = rest;
  }

  #flush(): void {
    this.#sink(this.#block.slice(0, this.#length));
    this.#length = 0;
  }
}
