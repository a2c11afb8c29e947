import type { NgramCounts } from "../counts.ts";
import { predictedCount } from "../trie.ts";
import { continuations, unpredicted } from "./continuations.ts";
import { emptyEstimates, type SmoothedOrder } from "./interpolate.ts";
import type { Estimates, EstimationOptions, OrderEstimates } from "./smoothing.ts";

/** Sums of probabilities are exact to about 1e-15 a term; a mass below this is none. */
const NO_MASS = 1e-12;

/**
 * The pass over the n-grams that back-off methods share (Katz 1987, equations 14 to 19). With d what is left of
 * a count and D the denominator, a word that was seen after h has its own discounted probability, and all others
 * share what is left in proportion to the shorter context:
 *
 *     p(w | h) = d(hw) / D(h)             where hw is listed
 *     p(w | h) = α(h) · p(w | h')         elsewhere
 *     α(h)     = (1 − Σ d(hv) / D(h)) / (1 − Σ p(v | h')), both sums over the v listed after h
 *
 * Two contexts need a remedy, and get SRILM's. One that leaves no mass although words were not seen after it has
 * its denominator increased by 1 (a device of Doug Paul's): otherwise those words would be impossible. One after
 * which every word was seen has nobody to leave mass to: its probabilities are scaled to sum to 1.
 *
 * What the unigrams leave goes in equal parts to the words that were not seen at all, or, where there are none,
 * to all words.
 */
export function backOff(
  counts: NgramCounts,
  options: EstimationOptions,
  smoothedOrder: (k: number) => SmoothedOrder,
): Estimates {
  const unigrams = emptyEstimates(counts, 1);
  estimateUnigrams(counts, options, smoothedOrder(1), unigrams.probabilities);
  const orders = [unigrams];
  for (let k = 2; k <= counts.order; k++) {
    const estimate = emptyEstimates(counts, k);
    estimateOrder(counts, k, options, smoothedOrder(k), estimate, orders.at(-1)!);
    orders.push(estimate);
  }
  return { backoff: "shorter-context", orders };
}

function estimateOrder(
  ngrams: NgramCounts,
  k: number,
  { prune }: EstimationOptions,
  { counts, discounted, denominator }: SmoothedOrder,
  { probabilities }: OrderEstimates,
  shorter: OrderEstimates,
): void {
  const { counts: raw, suffixes } = ngrams.orders[k - 1]!;
  const contexts = continuations(ngrams, k);
  const pruneUpTo = prune[k - 1]!;
  for (let context = 0; context + 1 < contexts.length; context++) {
    const first = contexts[context]!;
    const end = contexts[context + 1]!;
    if (first === end) continue;
    let total = 0;
    let kept = 0;
    let lower = 0;
    for (let i = first; i < end; i++) {
      total += counts[i]!;
      if (raw[i]! <= pruneUpTo) continue;
      kept += discounted[i]!;
      lower += shorter.probabilities[suffixes[i]!]!;
    }
    let divisor = kept;
    if (lower < 1 - NO_MASS) {
      divisor = leavingMass(denominator(total, end - first), kept);
      shorter.backoffs[context] = (1 - kept / divisor) / (1 - lower);
    }
    for (let i = first; i < end; i++) probabilities[i] = discounted[i]! / divisor;
  }
}

function estimateUnigrams(
  ngrams: NgramCounts,
  { isOpen }: EstimationOptions,
  { counts, discounted, denominator }: SmoothedOrder,
  probabilities: Float64Array,
): void {
  let total = 0;
  let seen = 0;
  let kept = 0;
  for (let i = 0; i < counts.length; i++) {
    if (i === ngrams.bos || counts[i] === 0) continue;
    total += counts[i]!;
    seen++;
    kept += discounted[i]!;
  }
  const words = predictedCount(ngrams.vocabulary, isOpen);
  const isEverySeen = seen === words;
  const raw = denominator(total, seen);
  const divisor = isEverySeen ? raw : leavingMass(raw, kept);
  const share = (1 - kept / divisor) / (isEverySeen ? words : words - seen);
  for (let i = 0; i < counts.length; i++) {
    const gets = isEverySeen || counts[i] === 0;
    probabilities[i] = discounted[i]! / divisor + (gets ? share : 0);
  }
  for (const id of unpredicted(ngrams, isOpen)) probabilities[id] = 0;
}

/** The denominator, or one more where it would leave no mass to words that were not seen. */
function leavingMass(denominator: number, kept: number): number {
  return kept < denominator * (1 - NO_MASS) ? denominator : denominator + 1;
}
