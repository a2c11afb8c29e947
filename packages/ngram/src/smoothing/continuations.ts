import type { NgramCounts } from "../counts.ts";

/**
 * Where the n-grams of order k begin that go on from each context of order k − 1, and behind the last where all
 * end. The unigrams go on from one context, the empty one.
 */
export function continuations({ orders }: NgramCounts, k: number): Int32Array {
  return k === 1 ? Int32Array.of(0, orders[0]!.words.length) : orders[k - 2]!.childStarts;
}

/** The unigrams that are listed but never predicted: `<s>`, and `<unk>` where the vocabulary is closed. */
export function unpredicted({ bos, vocabulary }: NgramCounts, isOpen: boolean): readonly number[] {
  return [bos, isOpen ? undefined : vocabulary.unk].filter((id) => id !== undefined);
}

/** The raw counts of order k, without those of `<s>`, which is no event: nothing predicts it. */
export function eventCounts({ orders, bos }: NgramCounts, k: number): Uint32Array {
  const { counts } = orders[k - 1]!;
  if (k > 1 || bos === undefined) return counts;
  const events = counts.slice();
  events[bos] = 0;
  return events;
}

/** Of each order, the range of the n-grams that begin with `<s>`: they lie together. */
export function sentenceStarts({
  orders,
  bos,
}: NgramCounts): (readonly [first: number, end: number])[] {
  let [first, end] = bos === undefined ? [0, 0] : [bos, bos + 1];
  return orders.map(({ childStarts }) => {
    const range = [first, end] as const;
    [first, end] = [childStarts[first] ?? 0, childStarts[end] ?? 0];
    return range;
  });
}
