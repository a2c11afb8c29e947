import { ShapeError } from "@lm/backend";
import type { Tensor } from "@lm/tensor";
import { uniform } from "./initializers.ts";
import type { ParameterSource } from "./parameters.ts";

export type LinearParameters = {
  readonly weight: Tensor; // [out, in]
  readonly bias: Tensor; // [out]
};

/** As PyTorch's nn.Linear draws it: uniform within 1/√in. */
export function createLinear(
  source: ParameterSource,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
): LinearParameters {
  const initializer = uniform(1 / Math.sqrt(inputs));
  return {
    weight: source.parameter("weight", [outputs, inputs], initializer),
    bias: source.parameter("bias", [outputs], initializer),
  };
}

/** x·Wᵀ + b: `[…, in]` → `[…, out]`. */
export function linear({ weight, bias }: LinearParameters, x: Tensor): Tensor {
  if (x.shape.at(-1) !== weight.shape[1])
    throw new ShapeError(
      "linear",
      [x.shape, weight.shape],
      `the layer takes ${weight.shape[1]} inputs`,
    );
  return x.matmul(weight, { transposeB: true }).add(bias);
}
