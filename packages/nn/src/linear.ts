import { fused, type Tensor } from "@lm/tensor";
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

/** x·Wᵀ + b: `[…, in]` → `[…, out]`. @throws ShapeError for an x of another width. */
export function linear({ weight, bias }: LinearParameters, x: Tensor): Tensor {
  return fused("linear", { x, weight, bias }, { transposed: true }).y;
}
