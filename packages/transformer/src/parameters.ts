import {
  constant,
  createEmbedding,
  createLayerNorm,
  type EmbeddingParameters,
  type LayerNormParameters,
  normal,
  type ParameterSource,
} from "@lm/nn";
import type { Tensor } from "@lm/tensor";
import type { TransformerConfig } from "./config.ts";

/** A linear layer as GPT-2's checkpoints hold it ("Conv1D"): the weight is `[in, out]`. */
export type Conv1DParameters = {
  readonly weight: Tensor; // [in, out]
  readonly bias: Tensor; // [out]
};

export type BlockParameters = {
  readonly ln_1: LayerNormParameters;
  readonly attn: { readonly c_attn: Conv1DParameters; readonly c_proj: Conv1DParameters };
  readonly ln_2: LayerNormParameters;
  readonly mlp: { readonly c_fc: Conv1DParameters; readonly c_proj: Conv1DParameters };
};

/** Named as Hugging Face's GPT2LMHeadModel names them; the output weights are `wte`. */
export type TransformerParameters = {
  readonly transformer: {
    readonly wte: EmbeddingParameters; // [V, C]
    readonly wpe: EmbeddingParameters; // [context, C]
    readonly h: readonly BlockParameters[];
    readonly ln_f: LayerNormParameters;
  };
};

/** GPT-2's deviation of all weights. */
const DEVIATION = 0.02;

/** As Radford et al. 2019: normal weights, those that end a residual branch scaled down by √(number of branches). */
export function createTransformer(
  source: ParameterSource,
  vocabularySize: number,
  { layers, width, context }: TransformerConfig,
): TransformerParameters {
  const root = source.at("transformer");
  const initializer = normal(DEVIATION);
  const branchEnd = normal(DEVIATION / Math.sqrt(2 * layers));
  const conv1D = (part: ParameterSource, inputs: number, outputs: number, draw = initializer) => ({
    weight: part.parameter("weight", [inputs, outputs], draw),
    bias: part.parameter("bias", [outputs], constant(0)),
  });
  const block = (part: ParameterSource): BlockParameters => ({
    ln_1: createLayerNorm(part.at("ln_1"), width),
    attn: {
      c_attn: conv1D(part.at("attn").at("c_attn"), width, 3 * width),
      c_proj: conv1D(part.at("attn").at("c_proj"), width, width, branchEnd),
    },
    ln_2: createLayerNorm(part.at("ln_2"), width),
    mlp: {
      c_fc: conv1D(part.at("mlp").at("c_fc"), width, 4 * width),
      c_proj: conv1D(part.at("mlp").at("c_proj"), 4 * width, width, branchEnd),
    },
  });
  return {
    transformer: {
      wte: createEmbedding(root.at("wte"), { count: vocabularySize, width, initializer }),
      wpe: createEmbedding(root.at("wpe"), { count: context, width, initializer }),
      h: Array.from({ length: layers }, (_, i) => block(root.at("h").at(`${i}`))),
      ln_f: createLayerNorm(root.at("ln_f"), width),
    },
  };
}
