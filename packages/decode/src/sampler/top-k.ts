import { DecodingError } from "../errors.ts";
import { keepBest } from "./keep-best.ts";
import type { SamplerStep } from "./step.ts";

/**
 * Keeps the k most probable tokens (Fan, Lewis and Dauphin 2018), of equals those with the lowest ids.
 * @throws DecodingError unless k is a positive integer.
 */
export function topK(k: number): SamplerStep {
  if (!(Number.isInteger(k) && k >= 1))
    throw new DecodingError(`topK is ${k}, but must be a positive integer`);
  return {
    name: `topK(${k})`,
    apply(candidates) {
      if (k < candidates.size) keepBest(candidates, (_, rank) => rank === k - 1);
    },
  };
}
