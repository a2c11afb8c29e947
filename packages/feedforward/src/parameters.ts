import {
  createEmbedding,
  createLinear,
  type EmbeddingParameters,
  type LinearParameters,
  normal,
  type ParameterSource,
} from "@lm/nn";
import type { FeedforwardConfig } from "./config.ts";

/** Bengio's C; H and d; U and b. */
export type FeedforwardParameters = {
  readonly embedding: EmbeddingParameters; // [V, m]
  readonly hidden: LinearParameters; // [h, window · m]
  readonly output: LinearParameters; // [V, h]
};

export function createFeedforward(
  source: ParameterSource,
  vocabularySize: number,
  { window, embedding, hidden }: FeedforwardConfig,
): FeedforwardParameters {
  return {
    embedding: createEmbedding(source.at("embedding"), {
      count: vocabularySize,
      width: embedding,
      initializer: normal(1),
    }),
    hidden: createLinear(source.at("hidden"), { inputs: window * embedding, outputs: hidden }),
    output: createLinear(source.at("output"), { inputs: hidden, outputs: vocabularySize }),
  };
}
