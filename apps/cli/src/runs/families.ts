import { Feedforward } from "@lm/feedforward";
import type { LanguageModel } from "@lm/model";
import type { ParameterOrigin, Trainable } from "@lm/nn";
import { RecurrentLanguageModel } from "@lm/rnn";
import { type Batch, type BatchSource, streams, type Vocabulary, windows } from "@lm/text";
import { Transformer } from "@lm/transformer";
import type { ModelConfigs, NeuralFamily, NeuralRunConfig } from "./config.ts";

/** A neural language model: it reads, scores and learns. */
export type NeuralModel = LanguageModel & Trainable<Batch, object>;

interface NeuralFamilyDefinition<Config> {
  /** What it is, for tables. */
  readonly title: string;
  create(vocabulary: Vocabulary, config: Config, origin: ParameterOrigin): LanguageModel;
  /** How it reads its training text. */
  readonly batches: (
    ids: Int32Array,
    options: { readonly batchSize: number; readonly context: number; readonly seed: number },
  ) => BatchSource;
}

const recurrent = (title: string): NeuralFamilyDefinition<ModelConfigs["lstm"]> => ({
  title,
  create: (vocabulary, config, origin) => new RecurrentLanguageModel(vocabulary, config, origin),
  // Rows that go on from step to step: truncated back-propagation through time with a carried state.
  batches: streams,
});

export const families: { readonly [F in NeuralFamily]: NeuralFamilyDefinition<ModelConfigs[F]> } = {
  feedforward: {
    title: "Feedforward",
    create: (vocabulary, config, origin) => new Feedforward(vocabulary, config, origin),
    batches: windows,
  },
  rnn: recurrent("Elman"),
  lstm: recurrent("LSTM"),
  gru: recurrent("GRU"),
  transformer: {
    title: "Transformer",
    create: (vocabulary, config, origin) => new Transformer(vocabulary, config, origin),
    batches: windows,
  },
};

/** The model that a configuration describes, with parameters drawn or read. */
export function createModel(
  { family, model }: Pick<NeuralRunConfig, "family" | "model">,
  vocabulary: Vocabulary,
  origin: ParameterOrigin,
): NeuralModel {
  const definition = families[family] as NeuralFamilyDefinition<typeof model>;
  return definition.create(vocabulary, model, origin) as NeuralModel;
}
