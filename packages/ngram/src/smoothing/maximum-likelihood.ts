import { interpolate } from "./interpolate.ts";
import type { SmoothingMethod } from "./smoothing.ts";

/**
 * Maximum likelihood, without any smoothing (Jurafsky & Martin, Speech and Language Processing, "N-grams"):
 *
 *     p(w | h) = c(hw) / Σ_v c(hv)
 *
 * The context h is always the last n − 1 words (fewer only at the beginning). A word never seen after h has
 * probability 0, so most test text has an infinite perplexity. For a context never seen the formula says 0/0;
 * here it gives every word 1/|V|. Text whose every word has a probability above 0 never leads there.
 */
export const maximumLikelihood: SmoothingMethod<Record<never, never>> = () => (counts, options) =>
  interpolate(counts, options, "uniform", (k) => {
    const raw = counts.orders[k - 1]!.counts;
    return { counts: raw, discounted: raw, denominator: (total) => total };
  });
