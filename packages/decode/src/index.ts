export { type BeamSearchOptions, beamSearch, type Hypothesis } from "./beam/beam-search.ts";
export { type LengthPenalty, meanPenalty, noPenalty, wuPenalty } from "./beam/length-penalty.ts";
export { type Completion, complete } from "./complete.ts";
export { DecodingError } from "./errors.ts";
export {
  type FinalPiece,
  type GenerateOptions,
  generate,
  type Piece,
  type TokenPiece,
} from "./generate.ts";
export type { DecodingOptions, FinishReason } from "./options.ts";
export type { Candidates } from "./sampler/candidates.ts";
export type { SamplerContext, SamplerStep } from "./sampler/step.ts";
export { temperature } from "./sampler/temperature.ts";
export { topK } from "./sampler/top-k.ts";
export { topP } from "./sampler/top-p.ts";
export type { TraceEntry } from "./sampler/trace.ts";
