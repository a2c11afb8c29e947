import type { NgramCounts } from "../counts.ts";
import { continuations, eventCounts } from "./continuations.ts";
import { emptyEstimates } from "./interpolate.ts";
import type { OrderEstimates, SmoothingMethod } from "./smoothing.ts";

export interface StupidBackoffOptions {
  /** What a shorter context costs. 0.4 by default, as in the paper. */
  readonly alpha?: number;
}

/**
 * Stupid back-off (Brants et al. 2007, equation 5). Nothing is discounted and every step back costs the same:
 *
 *     S(w | h) = c(hw) / Σ_v c(hv)     where hw is listed
 *     S(w | h) = α · S(w | h')         elsewhere, also where h was never seen
 *     S(w)     = c(w) / Σ_v c(v)
 *
 * These are scores, not probabilities: they sum to more than 1, so that a perplexity of them means nothing.
 */
export const stupidBackoff: SmoothingMethod<StupidBackoffOptions> = ({ alpha = 0.4 }) => {
  if (!(alpha > 0 && alpha < 1))
    throw new RangeError(`stupid-backoff: alpha is ${alpha}, but it must lie between 0 and 1`);
  return (counts) => ({
    backoff: "shorter-context",
    orders: counts.orders.map((_, i) => relativeFrequencies(counts, i + 1, alpha)),
    unlistedBackoff: alpha,
  });
};

function relativeFrequencies(ngrams: NgramCounts, k: number, alpha: number): OrderEstimates {
  const { probabilities, backoffs } = emptyEstimates(ngrams, k);
  const counts = eventCounts(ngrams, k);
  const contexts = continuations(ngrams, k);
  for (let context = 0; context + 1 < contexts.length; context++) {
    const first = contexts[context]!;
    const end = contexts[context + 1]!;
    let total = 0;
    for (let i = first; i < end; i++) total += counts[i]!;
    for (let i = first; i < end; i++) probabilities[i] = counts[i]! / total;
  }
  return { probabilities, backoffs: backoffs.fill(alpha) };
}
