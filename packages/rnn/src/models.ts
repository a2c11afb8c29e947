import type { ParameterOrigin } from "@lm/nn";
import type { Vocabulary } from "@lm/text";
import { type Cell, defaultRecurrentConfig, type RecurrentLanguageModelConfig } from "./config.ts";
import { RecurrentLanguageModel } from "./recurrent-language-model.ts";

export type RecurrentModelOptions = { readonly vocabulary: Vocabulary } & Partial<
  Omit<RecurrentLanguageModelConfig, "cell">
>;

const modelOf =
  (cell: Cell) =>
  (
    { vocabulary, ...config }: RecurrentModelOptions,
    origin: ParameterOrigin,
  ): RecurrentLanguageModel =>
    new RecurrentLanguageModel(vocabulary, { ...defaultRecurrentConfig, ...config, cell }, origin);

/** A language model of Elman layers (Elman 1990). */
export const elman = modelOf("rnn");
/** A language model of LSTM layers (Hochreiter & Schmidhuber 1997). */
export const lstm = modelOf("lstm");
/** A language model of GRU layers (Cho et al. 2014). */
export const gru = modelOf("gru");
