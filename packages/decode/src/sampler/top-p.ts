import { DecodingError } from "../errors.ts";
import { keepBest } from "./keep-best.ts";
import type { SamplerStep } from "./step.ts";

/**
 * Keeps the nucleus: the fewest most probable tokens whose probabilities, among those that the steps before have
 * left, sum to p or more (Holtzman et al. 2020). At least one is left, at 1 all are.
 * @throws DecodingError unless 0 < p ≤ 1.
 */
export function topP(p: number): SamplerStep {
  if (!(p > 0 && p <= 1))
    throw new DecodingError(`topP is ${p}, but must be above 0 and at most 1`);
  return {
    name: `topP(${p})`,
    apply(candidates) {
      if (p === 1) return;
      candidates.normalize();
      let mass = 0;
      keepBest(candidates, (logProb) => {
        mass += Math.exp(logProb);
        return mass >= p;
      });
    },
  };
}
