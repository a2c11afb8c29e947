export {
  CELLS,
  type Cell,
  defaultRecurrentConfig,
  type RecurrentConfig,
  type RecurrentLanguageModelConfig,
  type ResetGate,
} from "./config.ts";
export { elman, gru, lstm, type RecurrentModelOptions } from "./models.ts";
export type { RecurrentLanguageModelParameters } from "./parameters.ts";
export {
  createRecurrent,
  type RecurrentParameters,
  type RecurrentState,
  recurrent,
} from "./recurrent.ts";
export { RecurrentLanguageModel, type RecurrentModelState } from "./recurrent-language-model.ts";
