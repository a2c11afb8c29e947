import { backOff } from "./back-off.ts";
import { eventCounts } from "./continuations.ts";
import { wittenBellOrder } from "./discounted-order.ts";
import { interpolate } from "./interpolate.ts";
import type { Form, SmoothingMethod } from "./smoothing.ts";

export interface WittenBellOptions {
  /** `"interpolated"` by default. */
  readonly form?: Form;
}

/**
 * Witten–Bell smoothing (method C of Witten & Bell 1991; Chen & Goodman 1998, section 2.5). What a context sets
 * aside for new words is how often a new word came so far: N1+(h·), the number of different words seen after h.
 *
 *     p(w | h) = (c(hw) + N1+(h·) · p(w | h')) / (Σ_v c(hv) + N1+(h·))
 *
 * As back-off: c(hw) / (Σ_v c(hv) + N1+(h·)) where c(hw) > 0, else α(h) · p(w | h').
 */
export const wittenBell: SmoothingMethod<WittenBellOptions> =
  ({ form = "interpolated" }) =>
  (counts, options) => {
    const order = (k: number) => wittenBellOrder(eventCounts(counts, k));
    return form === "backoff"
      ? backOff(counts, options, order)
      : interpolate(counts, options, "shorter-context", order);
  };
