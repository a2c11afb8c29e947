import { adjustedCounts } from "./adjusted-counts.ts";
import { oneDiscount, threeDiscounts, threeDiscountsForBackoff } from "./discount-estimates.ts";
import { estimateDiscounted } from "./discounting.ts";
import { checkPolicy, type DiscountPolicy, type DiscountScheme } from "./discounts.ts";
import type { Form, SmoothingMethod } from "./smoothing.ts";

/** D1, D2, D3+: what is taken off n-grams counted once, twice, and three times or more. */
export type Discount = readonly [one: number, two: number, threeOrMore: number];

export interface ModifiedKneserNeyOptions {
  /** `"interpolated"` by default, as in KenLM. */
  readonly form?: Form;
  /** Estimated from the text, with KenLM's fallback of 0.5, 1, 1.5, unless said otherwise. */
  readonly discounts?: DiscountPolicy<Discount>;
}

/** The values of KenLM's `--discount_fallback`. */
const KENLM_FALLBACK: Discount = [0.5, 1, 1.5];

const SCHEME: DiscountScheme<Discount> = {
  method: "modified-kneser-ney",
  kind: "absolute",
  size: 4,
  estimates: [threeDiscounts, oneDiscount],
  toValues: (discount) => discount,
  problemOf: (values) =>
    values.length === 3 && values.every((value, i) => value >= 0 && value <= i + 1)
      ? undefined
      : "it must be three numbers [D1, D2, D3+] with 0 ≤ D1 ≤ 1, 0 ≤ D2 ≤ 2, 0 ≤ D3+ ≤ 3",
  example: `[${KENLM_FALLBACK.join(", ")}]`,
};

/**
 * Modified Kneser–Ney smoothing (Chen & Goodman 1998, section 3; in the form of Heafield et al. 2013, which KenLM
 * computes). With a the adjusted count, D_k what is taken off a count of k (D_3 off every count from 3), N_k(h)
 * the number of words w with a(hw) = k (N_3: 3 or more) and h' the context h without its first word, interpolated:
 *
 *     p(w | h) = (a(hw) − D_a(hw)) / Σ_v a(hv) + γ(h) · p(w | h')
 *     γ(h)     = (D_1 N_1(h) + D_2 N_2(h) + D_3 N_3(h)) / Σ_v a(hv)
 *     p(w)     = (a(w) − D_a(w)) / Σ_v a(v) + γ(ε) / |V|
 *
 * As back-off: (a(hw) − D_a(hw)) / Σ_v a(hv) where a(hw) > 0, else α(h) · p(w | h').
 *
 * |V| counts every word that can be predicted: the vocabulary without `<s>`. The discounts are estimated from
 * all n-grams, also those that are pruned.
 */
export const modifiedKneserNey: SmoothingMethod<ModifiedKneserNeyOptions> = ({
  form = "interpolated",
  discounts: policy = { fallback: KENLM_FALLBACK },
}) => {
  checkPolicy(SCHEME, policy);
  const scheme: DiscountScheme<Discount> =
    form === "backoff" ? { ...SCHEME, estimates: [threeDiscountsForBackoff, oneDiscount] } : SCHEME;
  return (counts, options) =>
    estimateDiscounted(counts, options, {
      columns: adjustedCounts(counts),
      scheme,
      policy,
      form,
    });
};
