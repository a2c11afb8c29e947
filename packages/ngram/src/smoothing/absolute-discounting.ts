import { eventCounts } from "./continuations.ts";
import { estimateDiscounted } from "./discounting.ts";
import { checkPolicy, type DiscountPolicy, oneDiscountScheme } from "./discounts.ts";
import type { Form, SmoothingMethod } from "./smoothing.ts";

export interface AbsoluteDiscountingOptions {
  /** `"interpolated"` by default. */
  readonly form?: Form;
  /** D of each order. Estimated from the text unless said otherwise, with a fallback of 0.75. */
  readonly discounts?: DiscountPolicy<number>;
}

const SCHEME = oneDiscountScheme("absolute");

/**
 * Absolute discounting (Ney, Essen & Kneser 1994; Chen & Goodman 1998, section 2.6): one D for all counts of an
 * order. Interpolated, with N1+(h·) the number of different words seen after h:
 *
 *     p(w | h) = max(c(hw) − D, 0) / Σ_v c(hv) + γ(h) · p(w | h')
 *     γ(h)     = D · N1+(h·) / Σ_v c(hv)
 *
 * As back-off: (c(hw) − D) / Σ_v c(hv) where c(hw) > 0, else α(h) · p(w | h'). Estimated, D = n1 / (n1 + 2 n2).
 */
export const absoluteDiscounting: SmoothingMethod<AbsoluteDiscountingOptions> = ({
  form = "interpolated",
  discounts: policy = { fallback: 0.75 },
}) => {
  checkPolicy(SCHEME, policy);
  return (counts, options) => {
    const columns = counts.orders.map((_, i) => eventCounts(counts, i + 1));
    return estimateDiscounted(counts, options, { columns, scheme: SCHEME, policy, form });
  };
};
