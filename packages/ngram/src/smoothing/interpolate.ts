import type { NgramCounts } from "../counts.ts";
import { predictedCount } from "../trie.ts";
import { continuations, unpredicted } from "./continuations.ts";
import type { Backoff, Estimates, EstimationOptions, OrderEstimates } from "./smoothing.ts";

/** What the estimates of one order are made from, an entry for every n-gram of that order. */
export interface SmoothedOrder {
  /** The counts, raw or adjusted. */
  readonly counts: Uint32Array;
  /** What the method leaves of each count. */
  readonly discounted: Uint32Array | Float64Array;
  /** What that is divided by in a context h, given Σ_v c(hv) and how many different words were seen after h. */
  readonly denominator: (total: number, types: number) => number;
}

/**
 * The pass over the n-grams that interpolated methods share. With d what is left of a count, D the denominator
 * and p̂ the lower distribution, p(w | h') or 1/|V|, every context h has
 *
 *     γ(h)     = 1 − Σ_v d(hv) / D(h)
 *     p(w | h) = d(hw) / D(h) + γ(h) · p̂(w)
 *
 * A pruned n-gram keeps nothing (d = 0): all of its count goes to γ. Below the unigrams lies 1/|V|.
 */
export function interpolate(
  counts: NgramCounts,
  options: EstimationOptions,
  backoff: Backoff,
  smoothedOrder: (k: number) => SmoothedOrder,
): Estimates {
  const orders: OrderEstimates[] = [];
  for (let k = 1; k <= counts.order; k++) {
    const shorter = orders.at(-1);
    const estimate = emptyEstimates(counts, k);
    const lower = backoff === "uniform" ? undefined : shorter?.probabilities;
    estimateOrder(counts, k, options, smoothedOrder(k), estimate, lower, shorter?.backoffs);
    orders.push(estimate);
  }
  return { backoff, orders };
}

/** Room for the estimates of order k. */
export function emptyEstimates({ orders, order }: NgramCounts, k: number): OrderEstimates {
  const size = orders[k - 1]!.words.length;
  return {
    probabilities: new Float64Array(size),
    backoffs: new Float64Array(k < order ? size : 0).fill(1),
  };
}

/** Fills in the probabilities of order k and the back-off weights of its contexts, which are of order k − 1. */
function estimateOrder(
  ngrams: NgramCounts,
  k: number,
  { prune, isOpen }: EstimationOptions,
  { counts, discounted, denominator }: SmoothedOrder,
  { probabilities }: OrderEstimates,
  lower: Float64Array | undefined,
  backoffs: Float64Array | undefined,
): void {
  const { counts: raw, suffixes } = ngrams.orders[k - 1]!;
  const uniform = 1 / predictedCount(ngrams.vocabulary, isOpen);
  const contexts = continuations(ngrams, k);
  const pruneUpTo = prune[k - 1]!;
  const passedOver = k === 1 ? ngrams.bos : undefined;
  for (let context = 0; context + 1 < contexts.length; context++) {
    const first = contexts[context]!;
    const end = contexts[context + 1]!;
    let total = 0;
    let types = 0;
    let kept = 0;
    for (let i = first; i < end; i++) {
      if (i === passedOver) continue;
      total += counts[i]!;
      if (counts[i]! > 0) types++;
      if (raw[i]! > pruneUpTo) kept += discounted[i]!;
    }
    const divisor = denominator(total, types);
    if (first === end || divisor === 0) continue;
    const gamma = 1 - kept / divisor;
    if (backoffs) backoffs[context] = gamma;
    for (let i = first; i < end; i++)
      probabilities[i] =
        discounted[i]! / divisor + gamma * (lower ? lower[suffixes[i]!]! : uniform);
  }
  if (k === 1) for (const id of unpredicted(ngrams, isOpen)) probabilities[id] = 0;
}
