import { type Tensor, tensor } from "@lm/tensor";
import { valueAndGrad } from "./value-and-grad.ts";

export interface GradcheckOptions {
  /** Half the distance of the two points of each central difference. */
  readonly step?: number;
  /** How far a gradient may be off, relative to 1 + its size. */
  readonly tolerance?: number;
}

/** A gradient that differs from finite differences. */
export class GradcheckError extends Error {
  override readonly name = "GradcheckError";
}

/**
 * Compares the gradients of `compute` (any shape; a fixed random-looking weighting makes it one number) with central
 * finite differences at `inputs`. Meant for the float64 reference: float32 is too coarse for steps this small.
 * @throws GradcheckError naming the first input and element that disagree.
 */
export async function gradcheck(
  compute: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { step = 1e-5, tolerance = 1e-6 }: GradcheckOptions = {},
): Promise<void> {
  const weighted = (output: Tensor): Tensor => {
    const weights = Float64Array.from({ length: output.size }, (_, i) => Math.cos(i + 1));
    return output.multiply(tensor(weights, { shape: output.shape, backend: output.backend })).sum();
  };
  const { value, gradients } = valueAndGrad([...inputs], (xs) => weighted(compute(...xs)));
  value.dispose();
  for (const [which, input] of inputs.entries()) {
    const data = await input.read();
    const got = await gradients[which]!.read();
    const valueAt = async (element: number, shift: number): Promise<number> => {
      const shifted = Float64Array.from(data);
      shifted[element]! += shift;
      const moved = tensor(shifted, { shape: input.shape, backend: input.backend });
      const result = valueAndGrad([moved], ([x]) => weighted(compute(...inputs.with(which, x!))));
      const total = await result.value.item();
      for (const temporary of [moved, result.value, ...result.gradients]) temporary.dispose();
      return total;
    };
    for (let i = 0; i < data.length; i++) {
      const expected = ((await valueAt(i, step)) - (await valueAt(i, -step))) / (2 * step);
      if (!(Math.abs(got[i]! - expected) <= tolerance * (1 + Math.abs(expected))))
        throw new GradcheckError(
          `gradcheck: input ${which} [${input.shape}], element ${i}: the gradient is ${got[i]}, finite differences give ${expected}`,
        );
    }
    gradients[which]!.dispose();
  }
}
