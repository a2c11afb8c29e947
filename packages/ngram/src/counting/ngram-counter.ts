import type { Vocabulary } from "@lm/text";
import { type CountOptions, checkOrder, type NgramCounts } from "../counts.ts";
import { END_OF_TEXT, SentenceCutter } from "../training-sequence.ts";
import { ColumnCursor } from "./count-cursor.ts";
import { CountDecoder } from "./count-decoder.ts";
import { CountEncoder } from "./count-encoder.ts";
import { type CountColumns, countOrders } from "./count-orders.ts";
import { linkSuffixes } from "./link-suffixes.ts";
import { mergedColumns } from "./merge-counts.ts";
import { type CountWriter, mergeCursors } from "./merge-cursors.ts";
import { MemoryRuns, type RunStore } from "./run-store.ts";

export interface CounterOptions extends CountOptions {
  /** How many symbols are sorted at a time, 4 million by default: some 30 bytes of memory for each. */
  readonly runLength?: number;
  /** Where the sorted runs are kept, those of this counter alone; in memory by default. */
  readonly runs?: RunStore;
}

/** Ids are cut into sentences so many at a time. */
const STEP = 1 << 14;

/**
 * Counts a text of any length that comes in pieces. Whenever `runLength` symbols have come together they are
 * sorted and counted, and the counts put away as a run; at the end the runs are merged. The counts are those of
 * `countNgrams` of all the pieces at once, wherever they are cut.
 */
export class NgramCounter {
  readonly vocabulary: Vocabulary;
  readonly order: number;
  readonly #cutter: SentenceCutter;
  readonly #runLength: number;
  readonly #runs: RunStore;
  #symbols: Int32Array;
  #length = 0;
  #isFinished = false;

  /** @throws RangeError for an order that is no integer from 1 to 32, or a length of runs below 1. */
  constructor(
    vocabulary: Vocabulary,
    { order, runLength = 1 << 22, runs = new MemoryRuns(), ...text }: CounterOptions,
  ) {
    checkOrder(order);
    if (!(Number.isInteger(runLength) && runLength >= 1 && runLength <= 2 ** 30))
      throw new RangeError(
        `ngram: runLength is ${runLength}, but it must be a whole number of symbols from 1 to 2³⁰`,
      );
    this.vocabulary = vocabulary;
    this.order = order;
    this.#cutter = new SentenceCutter(vocabulary, text);
    this.#runLength = runLength;
    this.#runs = runs;
    this.#symbols = new Int32Array(Math.min(runLength, STEP) + 2 * (STEP + order));
  }

  /**
   * Counts some more token ids.
   * @throws RangeError for ids that cannot be counted; the counter is then of no more use.
   */
  add(ids: Int32Array): void {
    this.#checkOpen();
    this.#closingOnError(() => {
      for (let start = 0; start < ids.length; start += STEP) {
        const step = ids.subarray(start, start + STEP);
        this.#makeRoom(2 * step.length);
        this.#length = this.#cutter.cut(step, this.#symbols, this.#length);
        while (this.#length >= this.#runLength + this.order) this.#putAway(this.#runLength);
      }
    });
  }

  /**
   * The counts of all that was added.
   * @throws RangeError when there was nothing to count.
   */
  finish(): NgramCounts {
    return this.#ending(() => {
      const { vocabulary, order } = this;
      const { bos } = this.#cutter;
      const hasRuns = this.#runs.runs().length > 0;
      const columns = hasRuns ? this.#mergedColumns() : this.#count(this.#length);
      return { vocabulary, order, bos, orders: linkSuffixes(columns) };
    });
  }

  /** Writes the counts of all that was added, in order, to be kept somewhere else. Nothing is held in memory. */
  finishTo(writer: CountWriter): void {
    this.#ending(() => {
      this.#putAway(this.#length);
      mergeCursors(this.#cursors(), writer);
    });
  }

  #checkOpen(): void {
    if (this.#isFinished) throw new Error("ngram: this counter is finished; make a new one");
  }

  /** Ends the text; whatever comes of it, the runs are then closed. */
  #ending<Result>(work: () => Result): Result {
    this.#checkOpen();
    const result = this.#closingOnError(() => {
      this.#makeRoom(1);
      this.#length = this.#cutter.end(this.#symbols, this.#length);
      this.#symbols.fill(END_OF_TEXT, this.#length);
      return work();
    });
    this.#close();
    return result;
  }

  #closingOnError<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #close(): void {
    this.#isFinished = true;
    this.#runs.close();
    this.#symbols = new Int32Array(0);
  }

  #mergedColumns(): CountColumns[] {
    this.#putAway(this.#length);
    this.#symbols = new Int32Array(0);
    return mergedColumns(this.#cursors(), this.order, this.#cutter.symbolCount, this.#runs);
  }

  #cursors(): CountDecoder[] {
    const { symbolCount } = this.#cutter;
    return this.#runs.runs().map((run) => new CountDecoder(run, this.order, symbolCount));
  }

  /** Counts the n-grams that begin among the first symbols. */
  #count(length: number): CountColumns[] {
    const { bos, symbolCount } = this.#cutter;
    return countOrders({ symbols: this.#symbols, length, bos, symbolCount }, this.order);
  }

  /** Counts those n-grams, puts the counts away, and forgets the symbols. */
  #putAway(length: number): void {
    const cursor = new ColumnCursor(this.#count(length));
    this.#runs.add((sink) => {
      const encoder = new CountEncoder(this.order, sink);
      mergeCursors([cursor], encoder);
      encoder.end();
    });
    this.#symbols.copyWithin(0, length, this.#length);
    this.#length -= length;
  }

  /** Room for some more symbols, and for what stands for the end of the text. */
  #makeRoom(symbols: number): void {
    const needed = this.#length + symbols + this.order;
    if (needed <= this.#symbols.length) return;
    const most = this.#runLength + 2 * (STEP + this.order);
    const larger = new Int32Array(Math.max(needed, Math.min(most, 2 * this.#symbols.length)));
    larger.set(this.#symbols.subarray(0, this.#length));
    this.#symbols = larger;
  }
}
