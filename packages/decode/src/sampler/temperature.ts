import { DecodingError } from "../errors.ts";
import { isBefore } from "./candidates.ts";
import type { SamplerStep } from "./step.ts";

/**
 * Raises the probabilities to the power of 1 / T (Ackley, Hinton and Sejnowski 1985): below 1 the probable
 * becomes more probable, above 1 less. At 0 only the most probable token is left, of equals the one with the
 * lowest id: greedy decoding.
 * @throws DecodingError unless T is a finite number of 0 or more.
 */
export function temperature(value: number): SamplerStep {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new DecodingError(`temperature is ${value}, but must be a finite number of 0 or more`);
  return {
    name: `temperature(${value})`,
    apply(candidates) {
      const { tokens, logProbs, size } = candidates;
      if (value === 0) {
        let best = 0;
        for (let i = 1; i < size; i++)
          if (isBefore(logProbs[i]!, tokens[i]!, logProbs[best]!, tokens[best]!)) best = i;
        candidates.swap(0, best);
        candidates.size = Math.min(size, 1);
        return;
      }
      // Relative to the highest, which then stays finite however low T is.
      const highest = candidates.highest();
      for (let i = 0; i < size; i++) logProbs[i] = (logProbs[i]! - highest) / value;
    },
  };
}
