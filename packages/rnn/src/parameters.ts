import {
  constant,
  createEmbedding,
  type EmbeddingParameters,
  type LinearParameters,
  type ParameterSource,
  uniform,
} from "@lm/nn";
import type { Tensor } from "@lm/tensor";
import type { RecurrentConfig, RecurrentLanguageModelConfig } from "./config.ts";
import { createRecurrent, type RecurrentParameters } from "./recurrent.ts";

/** Named as in PyTorch's word-level language modelling example. Tied output weights are `encoder.weight`. */
export type RecurrentLanguageModelParameters = {
  readonly encoder: EmbeddingParameters; // [V, embedding]
  readonly rnn: RecurrentParameters;
  readonly decoder: { readonly weight?: Tensor; readonly bias: Tensor }; // [V, hidden], [V]
};

/** The stack of layers inside a language model. */
export function layersOf(config: RecurrentLanguageModelConfig): RecurrentConfig {
  return { ...config, inputs: config.embedding, bidirectional: false };
}

export function createRecurrentLanguageModel(
  source: ParameterSource,
  vocabularySize: number,
  config: RecurrentLanguageModelConfig,
): RecurrentLanguageModelParameters {
  const { embedding, hidden, tied } = config;
  if (tied && embedding !== hidden)
    throw new RangeError(
      `${config.cell}: tied weights need an embedding as wide as the hidden layer, but they are ${embedding} and ${hidden}`,
    );
  // The ranges of the example: ±0.1, biases 0.
  const initializer = uniform(0.1);
  const decoder = source.at("decoder");
  return {
    encoder: createEmbedding(source.at("encoder"), {
      count: vocabularySize,
      width: embedding,
      initializer,
    }),
    rnn: createRecurrent(source.at("rnn"), layersOf(config)),
    decoder: {
      ...(!tied && { weight: decoder.parameter("weight", [vocabularySize, hidden], initializer) }),
      bias: decoder.parameter("bias", [vocabularySize], constant(0)),
    },
  };
}

/** The output layer, with the token vectors for weights where they are tied. */
export function outputLayer({
  encoder,
  decoder,
}: RecurrentLanguageModelParameters): LinearParameters {
  return { weight: decoder.weight ?? encoder.weight, bias: decoder.bias };
}
