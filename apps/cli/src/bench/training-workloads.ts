import type { RecurrentLanguageModelConfig } from "@lm/rnn";
import type { TransformerConfig } from "@lm/transformer";

/** A training that speed is measured by: everything that decides how much there is to compute. */
export type TrainingWorkload = {
  readonly title: string;
  readonly vocabularySize: number;
  readonly batchSize: number;
  /** Tokens of each row of a batch. */
  readonly context: number;
  readonly optimizer: OptimizerSettings;
  /** The norm that gradients are clipped to. */
  readonly clip: number;
} & (
  | { readonly family: "transformer"; readonly model: TransformerConfig }
  | { readonly family: "rnn" | "lstm" | "gru"; readonly model: RecurrentLanguageModelConfig }
);

export type OptimizerSettings =
  | {
      readonly name: "adamw";
      readonly learningRate: number;
      readonly beta2: number;
      /** Of matrices, not of vectors. */
      readonly weightDecay: number;
    }
  | { readonly name: "sgd"; readonly learningRate: number };

/** As nanoGPT trains, and as `lm train` does by default. */
const adamW = { name: "adamw", learningRate: 1e-3, beta2: 0.99, weightDecay: 0.1 } as const;

const characters = (family: "rnn" | "gru", title: string): TrainingWorkload => ({
  title,
  family,
  model: {
    cell: family,
    embedding: 64,
    hidden: 128,
    layers: 1,
    dropout: 0,
    tied: false,
    reset: "after",
  },
  vocabularySize: 65,
  batchSize: 32,
  context: 64,
  optimizer: adamW,
  clip: 1,
});

export const trainingWorkloads = {
  /** What nanoGPT trains on a CPU (its README), on the characters of Shakespeare. */
  gpt: {
    title: "GPT, 4 layers of 128 (nanoGPT on a CPU)",
    family: "transformer",
    model: {
      layers: 4,
      heads: 4,
      width: 128,
      context: 64,
      dropout: 0,
      activation: "gelu_new",
      epsilon: 1e-5,
    },
    vocabularySize: 65,
    batchSize: 12,
    context: 64,
    optimizer: adamW,
    clip: 1,
  },
  /** The small LSTM of Zaremba et al. 2014. */
  lstm: {
    title: "LSTM, 2 layers of 200 (Zaremba's small)",
    family: "lstm",
    model: {
      cell: "lstm",
      embedding: 200,
      hidden: 200,
      layers: 2,
      dropout: 0,
      tied: false,
      reset: "after",
    },
    vocabularySize: 10_000,
    batchSize: 20,
    context: 20,
    optimizer: { name: "sgd", learningRate: 1 },
    clip: 5,
  },
  gru: characters("gru", "GRU of 128, characters"),
  elman: characters("rnn", "Elman of 128, characters"),
} as const satisfies Readonly<Record<string, TrainingWorkload>>;

export type TrainingName = keyof typeof trainingWorkloads;
