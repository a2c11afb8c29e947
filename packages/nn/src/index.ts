export { type Activation, activations } from "./activations.ts";
export { dropout } from "./dropout.ts";
export { createEmbedding, type EmbeddingParameters, embedding } from "./embedding.ts";
export { constant, type Initializer, normal, uniform } from "./initializers.ts";
export { createLinear, type LinearParameters, linear } from "./linear.ts";
export { crossEntropy, tokenLosses } from "./loss.ts";
export { createLayerNorm, type LayerNormParameters, layerNorm } from "./normalization.ts";
export {
  countParameters,
  createParameters,
  type ParameterOrigin,
  type ParameterSource,
  WeightsError,
} from "./parameters.ts";
export {
  type ReadPiece,
  readLogProbs,
  recurrentScores,
  type ScoringOptions,
  teacherForcedScores,
} from "./scoring.ts";
export { appendTokens, selectTokens, type TokenRows } from "./token-rows.ts";
export type { CarriedState, LossAndState, LossContext, Trainable } from "./trainable.ts";
