export type { LanguageModel, MaybePromise } from "./language-model.ts";
export { type FittedWeights, fitMixtureWeights } from "./mixture/fit-mixture-weights.ts";
export { mixture } from "./mixture/mixture.ts";
export {
  type UnigramCacheOptions,
  type UnigramCacheState,
  unigramCache,
} from "./mixture/unigram-cache.ts";
export { scoreSequences } from "./score-sequences.ts";
export { sentenceStart } from "./sentence-start.ts";
export { yieldEvery } from "./yield-every.ts";
