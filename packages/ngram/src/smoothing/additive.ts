import { predictedCount } from "../trie.ts";
import { interpolate } from "./interpolate.ts";
import type { SmoothingMethod } from "./smoothing.ts";

/**
 * Add-α smoothing: Laplace for α = 1, else Lidstone (Jurafsky & Martin, Speech and Language Processing,
 * "Laplace smoothing"):
 *
 *     p(w | h) = (c(hw) + α) / (Σ_v c(hv) + α |V|)
 *
 * The context h is always the last n − 1 words (fewer only at the beginning); one never seen has no counts and
 * gives every word 1/|V|. It is stored as what it is, an interpolation with the uniform distribution:
 *
 *     p(w | h) = c(hw) / (Σ_v c(hv) + α |V|) + γ(h) / |V|,   γ(h) = α |V| / (Σ_v c(hv) + α |V|)
 */
export const additive: SmoothingMethod<number> = (alpha) => {
  if (!(alpha > 0 && Number.isFinite(alpha)))
    throw new RangeError(
      `ngram: smoothing is { add: ${alpha} }, but α must be a number above 0; ` +
        'for no smoothing at all take "mle"',
    );
  return (counts, options) => {
    const reserved = alpha * predictedCount(counts.vocabulary, options.isOpen);
    return interpolate(counts, options, "uniform", (k) => {
      const raw = counts.orders[k - 1]!.counts;
      return { counts: raw, discounted: raw, denominator: (total) => total + reserved };
    });
  };
};
