import type { NgramCounts } from "../counts.ts";
import { backOff } from "./back-off.ts";
import { discountedOrder } from "./discounted-order.ts";
import { chooseDiscounts, type DiscountPolicy, type DiscountScheme } from "./discounts.ts";
import { interpolate } from "./interpolate.ts";
import type { Estimates, EstimationOptions, Form } from "./smoothing.ts";

/** What a discounting method is made of. */
export interface Discounting<Values> {
  /** The counts of each order that are discounted, raw or adjusted. */
  readonly columns: readonly Uint32Array[];
  readonly scheme: DiscountScheme<Values>;
  readonly policy: DiscountPolicy<Values>;
  readonly form: Form;
}

/** Discounts the counts of every order and gives what was taken off to the shorter contexts. */
export function estimateDiscounted<Values>(
  counts: NgramCounts,
  options: EstimationOptions,
  { columns, scheme, policy, form }: Discounting<Values>,
): Estimates {
  const discounts = chooseDiscounts(scheme, columns, policy);
  const order = (k: number) => discountedOrder(discounts[k - 1]!, columns[k - 1]!);
  const estimates =
    form === "backoff"
      ? backOff(counts, options, order)
      : interpolate(counts, options, "shorter-context", order);
  return { ...estimates, discounts };
}
