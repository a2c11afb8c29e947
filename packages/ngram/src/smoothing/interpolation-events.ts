import { findNgram, type NgramCounts } from "../counts.ts";
import { trainingSequence } from "../training-sequence.ts";
import { predictedCount } from "../trie.ts";
import { continuations, eventCounts, sentenceStarts } from "./continuations.ts";

/** The bucket of a context that was never seen, whose order says nothing. */
export const UNSEEN = 255;

/** Occurrences of words, and what each order says of them: what interpolation weights are fitted to. */
export interface InterpolationEvents {
  readonly order: number;
  /** What stands below the unigrams: 1/|V|. */
  readonly uniform: number;
  /** `[events]`: how often each occurred. */
  readonly occurrences: Float64Array;
  /** `[events, order]`: c(hw) / Σ_v c(hv) for the context h of each order. */
  readonly frequencies: Float32Array;
  /** `[events, order]`: which weight the context uses, or `UNSEEN`. */
  readonly buckets: Uint8Array;
}

export interface EventOptions {
  /** Which weight a context uses that was counted so often (1 or more). */
  readonly bucketOf: (contextCount: number) => number;
  readonly isOpen: boolean;
}

/**
 * The tokens of a text that was not counted.
 * @throws RangeError for ids that are not in the vocabulary of the counts.
 */
export function heldOutEvents(
  counts: NgramCounts,
  ids: Int32Array,
  options: EventOptions,
): InterpolationEvents {
  const { vocabulary, order, bos, orders } = counts;
  const { symbols } = trainingSequence(vocabulary, ids, options.isOpen ? "count" : "skip");
  const columns = orders.map((_, i) => eventCounts(counts, i + 1));
  const totals = orders.map((_, i) => contextTotals(counts, i + 1));
  const events = new EventList(counts, symbols.length, options);
  // nodes[k]: the n-gram of the last k words among order k, or −1; that of no words is 0.
  const nodes = new Int32Array(order).fill(-1, 1);
  for (const word of symbols) {
    const isEvent = word !== bos;
    if (isEvent) events.add(1);
    for (let k = order - 1; k >= 0; k--) {
      const node = nodes[k]!;
      const child = node < 0 ? -1 : findNgram(counts, k, node, word);
      if (isEvent && node >= 0)
        events.set(k, child < 0 ? 0 : columns[k]![child]!, totals[k]![node]!);
      if (k + 1 < order) nodes[k + 1] = child;
    }
  }
  return events.finished();
}

/**
 * The tokens of the counted text, each left out of the counts by which it is judged (Ney, Essen & Kneser 1994).
 * The few at the beginning of a text without sentences are passed over.
 */
export function leaveOneOutEvents(counts: NgramCounts, options: EventOptions): InterpolationEvents {
  const { order, orders } = counts;
  const columns = orders.map((_, i) => eventCounts(counts, i + 1));
  const totals = orders.map((_, i) => totalsByNgram(counts, i + 1));
  // Every token ends one n-gram of the highest order, or a shorter one that begins with <s>.
  const ranges = sentenceStarts(counts).map(([first, end], i) => {
    if (i + 1 === order) return [0, columns[i]!.length] as const;
    return i === 0 ? ([0, 0] as const) : ([first, end] as const);
  });
  const size = ranges.reduce((sum, [first, end]) => sum + end - first, 0);
  const events = new EventList(counts, size, options);
  for (const [i, [first, end]] of ranges.entries())
    for (let ngram = first; ngram < end; ngram++) {
      const occurrences = columns[i]![ngram]!;
      if (occurrences === 0) continue;
      events.add(occurrences);
      for (let k = i, node = ngram; k >= 0; node = orders[k]!.suffixes[node]!, k--)
        events.set(k, columns[k]![node]! - 1, totals[k]![node]! - 1);
    }
  return events.finished();
}

/** For every context of order k − 1, how often it was counted with a word behind it. */
function contextTotals(counts: NgramCounts, k: number): Float64Array {
  const contexts = continuations(counts, k);
  const column = eventCounts(counts, k);
  const totals = new Float64Array(contexts.length - 1);
  for (let context = 0; context < totals.length; context++)
    for (let i = contexts[context]!; i < contexts[context + 1]!; i++)
      totals[context]! += column[i]!;
  return totals;
}

/** The same for every n-gram of order k: the total of its context. */
function totalsByNgram(counts: NgramCounts, k: number): Float64Array {
  const contexts = continuations(counts, k);
  const totals = contextTotals(counts, k);
  const byNgram = new Float64Array(counts.orders[k - 1]!.words.length);
  for (let context = 0; context < totals.length; context++)
    byNgram.fill(totals[context]!, contexts[context]!, contexts[context + 1]!);
  return byNgram;
}

/** Events as they are added; the columns have room for all that there may be. */
class EventList {
  readonly #order: number;
  readonly #uniform: number;
  readonly #bucketOf: EventOptions["bucketOf"];
  readonly #occurrences: Float64Array;
  readonly #frequencies: Float32Array;
  readonly #buckets: Uint8Array;
  #size = 0;

  constructor({ order, vocabulary }: NgramCounts, capacity: number, options: EventOptions) {
    this.#order = order;
    this.#uniform = 1 / predictedCount(vocabulary, options.isOpen);
    this.#bucketOf = options.bucketOf;
    this.#occurrences = new Float64Array(capacity);
    this.#frequencies = new Float32Array(capacity * order);
    this.#buckets = new Uint8Array(capacity * order).fill(UNSEEN);
  }

  add(occurrences: number): void {
    this.#occurrences[this.#size++] = occurrences;
  }

  /** What the context of k words says of the event that was added last. */
  set(k: number, count: number, contextCount: number): void {
    if (contextCount === 0) return;
    const place = (this.#size - 1) * this.#order + k;
    this.#frequencies[place] = count / contextCount;
    this.#buckets[place] = this.#bucketOf(contextCount);
  }

  finished(): InterpolationEvents {
    return {
      order: this.#order,
      uniform: this.#uniform,
      occurrences: this.#occurrences.subarray(0, this.#size),
      frequencies: this.#frequencies.subarray(0, this.#size * this.#order),
      buckets: this.#buckets.subarray(0, this.#size * this.#order),
    };
  }
}
