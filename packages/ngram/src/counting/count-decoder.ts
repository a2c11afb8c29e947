import type { CountCursor } from "./count-cursor.ts";

/** Makes the error for bytes that no `CountEncoder` wrote, given how many were read and what is wrong. */
export type Complaint = (offset: number, problem: string) => Error;

/** A run that was written here is right, unless its file was changed meanwhile. */
const damagedRun: Complaint = (offset, problem) =>
  new Error(`ngram: a run of counts was changed at byte ${offset}: ${problem}`);

/** Reads what a `CountEncoder` wrote, in blocks of any size. */
export class CountDecoder implements CountCursor {
  order = 1;
  word = -1;
  count = 0;
  /** How many n-grams of each order were read. */
  readonly sizes: number[];
  readonly #blocks: Iterator<Uint8Array>;
  readonly #highest: number;
  readonly #symbolCount: number;
  readonly #complaint: Complaint;
  readonly #words: Int32Array;
  #block: Uint8Array = new Uint8Array(0);
  #place = 0;
  /** Where the block begins. */
  #start = 0;
  #open = 1;

  constructor(
    blocks: Iterable<Uint8Array>,
    order: number,
    symbolCount: number,
    complaint = damagedRun,
  ) {
    this.#blocks = blocks[Symbol.iterator]();
    this.#highest = order;
    this.#symbolCount = symbolCount;
    this.#complaint = complaint;
    this.sizes = new Array<number>(order).fill(0);
    this.#words = new Int32Array(order + 1).fill(-1);
    this.advance();
  }

  /** How many bytes were read. */
  get offset(): number {
    return this.#start + this.#place;
  }

  advance(): void {
    let step = this.#number();
    while (step === 0) {
      this.#open--;
      if (this.#open === 0) {
        this.order = 0;
        return;
      }
      step = this.#number();
    }
    const order = this.#open;
    const word = this.#words[order]! + step;
    if (word >= this.#symbolCount)
      throw this.#error(`word ${word} of ${this.#symbolCount} in an n-gram of order ${order}`);
    this.#words[order] = word;
    this.sizes[order - 1]!++;
    this.order = order;
    this.word = word;
    this.count = this.#number();
    if (this.count === 0) throw this.#error(`a count of 0 at order ${order}`);
    if (order === this.#highest) return;
    this.#open = order + 1;
    this.#words[order + 1] = -1;
  }

  #number(): number {
    let byte = this.#byte();
    if (byte < 128) return byte;
    let value = byte & 127;
    // The fifth digit stands for more than 31 bits can hold, so that shifting would not do.
    for (let scale = 128; byte > 127; scale *= 128) {
      if (scale > 128 ** 4) throw this.#error("a number of more than five digits");
      byte = this.#byte();
      value += (byte & 127) * scale;
    }
    if (value > 0xffffffff) throw this.#error(`the number ${value}, which is above 2³² − 1`);
    return value;
  }

  #byte(): number {
    while (this.#place === this.#block.length) {
      const { value, done } = this.#blocks.next();
      if (done) throw this.#error("the counts stop here; they are cut off");
      this.#start += this.#block.length;
      this.#block = value;
      this.#place = 0;
    }
    return this.#block[this.#place++]!;
  }

  #error(problem: string): Error {
    return this.#complaint(this.offset, problem);
  }
}
