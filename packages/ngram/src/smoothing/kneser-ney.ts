import { adjustedCounts } from "./adjusted-counts.ts";
import { estimateDiscounted } from "./discounting.ts";
import { checkPolicy, type DiscountPolicy, oneDiscountScheme } from "./discounts.ts";
import type { Form, SmoothingMethod } from "./smoothing.ts";

export interface KneserNeyOptions {
  /** `"interpolated"` by default; Kneser and Ney's own is `"backoff"`. */
  readonly form?: Form;
  /** D of each order. Estimated from the text unless said otherwise, with a fallback of 0.75. */
  readonly discounts?: DiscountPolicy<number>;
}

const SCHEME = oneDiscountScheme("kneser-ney");

/**
 * Kneser–Ney smoothing (Kneser & Ney 1995): absolute discounting, in which shorter contexts count differently.
 * A word is probable there not because it is frequent but because it follows many different words, so below the
 * highest order a(hw) is the number of distinct left neighbours of hw. Interpolated (Chen & Goodman 1998,
 * section 4.1), with N1+(h·) the number of different words seen after h:
 *
 *     p(w | h) = max(a(hw) − D, 0) / Σ_v a(hv) + D · N1+(h·) / Σ_v a(hv) · p(w | h')
 *
 * As back-off: (a(hw) − D) / Σ_v a(hv) where a(hw) > 0, else α(h) · p(w | h'). Estimated, D = n1 / (n1 + 2 n2)
 * over the adjusted counts a of each order.
 */
export const kneserNey: SmoothingMethod<KneserNeyOptions> = ({
  form = "interpolated",
  discounts: policy = { fallback: 0.75 },
}) => {
  checkPolicy(SCHEME, policy);
  return (counts, options) =>
    estimateDiscounted(counts, options, {
      columns: adjustedCounts(counts),
      scheme: SCHEME,
      policy,
      form,
    });
};
