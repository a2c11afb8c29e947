export type { LanguageModel, MaybePromise } from "./language-model.ts";
export { scoreSequences } from "./score-sequences.ts";
export { sentenceStart } from "./sentence-start.ts";
export { yieldEvery } from "./yield-every.ts";
