export { defaultTransformerConfig, type TransformerConfig } from "./config.ts";
export type { KeyValue, KeyValueCache } from "./forward.ts";
export { fromHuggingFace, type HuggingFaceModel, toHuggingFaceConfig } from "./hugging-face.ts";
export type { BlockParameters, Conv1DParameters, TransformerParameters } from "./parameters.ts";
export { Transformer, type TransformerState, transformer } from "./transformer.ts";
