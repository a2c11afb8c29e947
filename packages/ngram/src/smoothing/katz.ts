import { eventCounts } from "./continuations.ts";
import { goodTuring } from "./discount-estimates.ts";
import { estimateDiscounted } from "./discounting.ts";
import { checkPolicy, type DiscountPolicy, type DiscountScheme } from "./discounts.ts";
import type { SmoothingMethod } from "./smoothing.ts";

export interface KatzOptions {
  /** k: higher counts are trusted as they are. 7 by default, as in SRILM; Katz took 5. */
  readonly maximumCount?: number;
  /**
   * The ratios d_1, d_2, … of each order. Estimated from the text unless said otherwise, with the next simpler method
   * as a fallback.
   */
  readonly discounts?: DiscountPolicy<readonly number[]>;
}

/**
 * Katz back-off with Good–Turing discounts (Katz 1987). With r = c(hw), and the ratios d_r of `goodTuring`:
 *
 *     p(w | h) = d_r · r / Σ_v c(hv)    for 0 < r ≤ k
 *     p(w | h) = r / Σ_v c(hv)          for r > k
 *     p(w | h) = α(h) · p(w | h')       for r = 0
 *
 * A context whose every count is above k keeps no mass for words that were not seen after it; `backOff` gives it
 * some. SRILM besides leaves out n-grams from order 3 that were counted once, which is `prune: [0, 0, 1]`.
 */
export const katz: SmoothingMethod<KatzOptions> = ({
  maximumCount = 7,
  discounts: policy = { fallback: "simpler" },
}) => {
  if (!Number.isInteger(maximumCount) || maximumCount < 2)
    throw new RangeError(
      `katz: maximumCount is ${maximumCount}, but it must be a whole number from 2`,
    );
  const scheme: DiscountScheme<readonly number[]> = {
    method: "katz",
    kind: "good-turing",
    size: maximumCount + 1,
    estimates: [goodTuring],
    toValues: (ratios) => ratios,
    problemOf: (ratios) =>
      ratios.length > 0 && ratios.every((ratio) => ratio > 0 && ratio <= 1)
        ? undefined
        : "it must be a list of ratios above 0 and at most 1, for counts of 1, 2, …",
    example: "[0.5, 0.8]",
  };
  checkPolicy(scheme, policy);
  return (counts, options) => {
    const columns = counts.orders.map((_, i) => eventCounts(counts, i + 1));
    return estimateDiscounted(counts, options, { columns, scheme, policy, form: "backoff" });
  };
};
