import { fused, type Tensor } from "@lm/tensor";
import { constant } from "./initializers.ts";
import type { ParameterSource } from "./parameters.ts";

export type LayerNormParameters = {
  readonly weight: Tensor; // [width]
  readonly bias: Tensor; // [width]
};

export function createLayerNorm(source: ParameterSource, width: number): LayerNormParameters {
  return {
    weight: source.parameter("weight", [width], constant(1)),
    bias: source.parameter("bias", [width], constant(0)),
  };
}

/** Layer normalisation over the last axis (Ba et al. 2016). */
export function layerNorm(
  { weight, bias }: LayerNormParameters,
  x: Tensor,
  epsilon: number,
): Tensor {
  return fused("layerNorm", { x, gain: weight, bias }, { epsilon }).y;
}
