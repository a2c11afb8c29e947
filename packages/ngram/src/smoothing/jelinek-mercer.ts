import { eventCounts } from "./continuations.ts";
import { fitWeights } from "./fit-weights.ts";
import { interpolate } from "./interpolate.ts";
import { heldOutEvents, leaveOneOutEvents } from "./interpolation-events.ts";
import type { SmoothingMethod } from "./smoothing.ts";

export interface InterpolationOptions {
  /**
   * Text that is not counted, as token ids, on which the weights are fitted. Without it they are fitted on the
   * counted text, each occurrence of a word judged by the counts of all others (leaving one out).
   */
  readonly heldOut?: Int32Array;
  /**
   * Which contexts share a weight: all of one order (`"order"`: one vector of weights for the model), or those of
   * one order whose counts lie between the same powers of two (`"context-count"`, the default).
   */
  readonly tying?: "order" | "context-count";
  /**
   * Weights in place of fitted ones: `weights[k − 1][b]` is λ of a context before order k that was counted 2ᵇ to
   * 2ᵇ⁺¹ − 1 times; the last entry also stands for all higher counts.
   */
  readonly weights?: readonly (readonly number[])[];
}

const powerOfTwo = (contextCount: number) => Math.floor(Math.log2(contextCount));

/**
 * Jelinek–Mercer smoothing: linear interpolation of the relative frequencies of all orders (Jelinek & Mercer 1980;
 * in the recursive form of Chen & Goodman 1998, equation 12), down to the uniform distribution:
 *
 *     p(w | h) = λ(h) · c(hw) / Σ_v c(hv) + (1 − λ(h)) · p(w | h')
 *     p(w)     = λ(ε) · c(w) / Σ_v c(v) + (1 − λ(ε)) / |V|
 *
 * Where h was never seen, p(w | h) = p(w | h'). The weights make text that was not counted most probable; contexts
 * share them as `tying` says (Bahl, Jelinek & Mercer 1983).
 */
export const jelinekMercer: SmoothingMethod<InterpolationOptions> = ({
  heldOut,
  tying = "context-count",
  weights: given,
}) => {
  if (given) checkWeights(given);
  const bucketOf = tying === "order" ? () => 0 : powerOfTwo;
  return (counts, options) => {
    const weights =
      given ??
      fitWeights(
        heldOut
          ? heldOutEvents(counts, heldOut, { bucketOf, isOpen: options.isOpen })
          : leaveOneOutEvents(counts, { bucketOf, isOpen: options.isOpen }),
      );
    if (weights.length !== counts.order)
      throw new RangeError(
        `interpolation: there are weights for ${weights.length} orders, but the model has ${counts.order}`,
      );
    const estimates = interpolate(counts, options, "shorter-context", (k) => {
      const column = eventCounts(counts, k);
      const lambdas = weights[k - 1]!;
      const lambda = (total: number) => lambdas[Math.min(powerOfTwo(total), lambdas.length - 1)]!;
      return {
        counts: column,
        discounted: column,
        denominator: (total) => (total === 0 ? 0 : total / lambda(total)),
      };
    });
    return { ...estimates, fitted: { interpolation: { weights } } };
  };
};

/** @throws RangeError for weights that are no lists of numbers from 0 to 1. */
function checkWeights(weights: readonly (readonly number[])[]): void {
  for (const [i, row] of weights.entries())
    if (row.length === 0 || !row.every((weight) => weight >= 0 && weight <= 1))
      throw new RangeError(
        `interpolation: the weights of order ${i + 1} are [${row.join(", ")}], but they must be ` +
          "one or more numbers from 0 to 1",
      );
}
