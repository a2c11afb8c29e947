import type { NgramCounts, OrderCounts } from "./counts.ts";
import { FloatOrder } from "./float-order.ts";
import type { Estimates, EstimationOptions, OrderEstimates } from "./smoothing/smoothing.ts";
import type { Trie } from "./trie.ts";

type Columns = Pick<OrderCounts, "words" | "childStarts"> & OrderEstimates;

/** Lists every n-gram but the pruned ones: those of order k ≥ 2 counted at most `prune[k − 1]` times. */
export function buildTrie(
  counts: NgramCounts,
  { backoff, unlistedBackoff = 1, orders: estimates }: Estimates,
  { prune, isOpen }: EstimationOptions,
): Trie {
  const counted = counts.orders.map(({ words, childStarts }, i) => ({
    words,
    childStarts,
    ...estimates[i]!,
  }));
  const isPruned = prune.some((threshold) => threshold > 0);
  const listed = isPruned ? withoutPruned(counted, counts, prune) : counted;
  const orders = listed.map(
    ({ words, childStarts, probabilities, backoffs }, i) =>
      new FloatOrder({
        words: i === 0 ? new Int32Array(0) : words,
        logProbs: logarithms(probabilities, 0),
        // A weight of a back-off method may be above 1.
        backoffs: logarithms(backoffs, Number.POSITIVE_INFINITY),
        childStarts,
      }),
  );
  const { vocabulary } = counts;
  return { vocabulary, isOpen, orders, backoff, unlistedBackoff: Math.log10(unlistedBackoff) };
}

/** Thresholds do not fall from order to order, so the context and the suffix of a kept n-gram are kept too. */
function withoutPruned(
  counted: readonly Columns[],
  counts: NgramCounts,
  prune: readonly number[],
): Columns[] {
  const listed: Columns[] = [];
  // The n-grams kept, by their index among those counted; every unigram is.
  let kept = counts.orders[0]!.words;
  for (const [i, { words, childStarts, probabilities, backoffs }] of counted.entries()) {
    const longer = counts.orders[i + 1];
    const children = new Int32Array(longer ? longer.words.length : 0);
    const starts = new Int32Array(longer ? kept.length + 1 : 0);
    let size = 0;
    if (longer)
      for (const [place, context] of kept.entries()) {
        for (let child = childStarts[context]!; child < childStarts[context + 1]!; child++)
          if (longer.counts[child]! > prune[i + 1]!) children[size++] = child;
        starts[place + 1] = size;
      }
    listed.push({
      words: kept.map((j) => words[j]!),
      childStarts: starts,
      probabilities: Float64Array.from(kept, (j) => probabilities[j]!),
      backoffs: Float64Array.from(longer ? kept : [], (j) => backoffs[j]!),
    });
    kept = children.slice(0, size);
  }
  return listed;
}

/** Rounding may carry a probability of 1 above it; its logarithm is 0. */
function logarithms(values: Float64Array, highest: number): Float32Array {
  const logs = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) logs[i] = Math.min(Math.log10(values[i]!), highest);
  return logs;
}
