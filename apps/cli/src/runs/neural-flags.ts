import type { Activation } from "@lm/nn";
import type { ResetGate } from "@lm/rnn";
import type { ModelConfigs, NeuralFamily, NeuralRunConfig } from "./config.ts";
import type { TrainingSettings } from "./training-settings.ts";

/** The values of the flags that shape a model or its training; those below `dropout` where the family has them. */
export interface NeuralFlags extends TrainingSettings {
  readonly hidden: number;
  readonly context: number;
  readonly dropout: number;
  readonly layers: number;
  readonly embedding: number;
  readonly heads: number;
  readonly activation: Activation;
  readonly tied: boolean;
  readonly reset: ResetGate;
}

const recurrent =
  <F extends "rnn" | "lstm" | "gru">(cell: F) =>
  ({
    embedding,
    hidden,
    layers,
    dropout,
    tied,
    reset = "after",
  }: NeuralFlags): ModelConfigs[F] => ({
    cell,
    embedding,
    hidden,
    layers,
    dropout,
    tied,
    reset,
  });

/** The model that a family's flags describe. */
const models: { readonly [F in NeuralFamily]: (flags: NeuralFlags) => ModelConfigs[F] } = {
  feedforward: ({ context: window, embedding, hidden, dropout }) => ({
    window,
    embedding,
    hidden,
    dropout,
  }),
  rnn: recurrent("rnn"),
  lstm: recurrent("lstm"),
  gru: recurrent("gru"),
  transformer: ({ layers, heads, hidden: width, context, dropout, activation }) => ({
    layers,
    heads,
    width,
    context,
    dropout,
    activation,
    epsilon: 1e-5,
  }),
};

export function modelOf(
  family: NeuralFamily,
  flags: NeuralFlags,
): Pick<NeuralRunConfig, "family" | "model"> {
  return { family, model: models[family](flags) } as Pick<NeuralRunConfig, "family" | "model">;
}

/** Tokens of each row of a batch. A fixed window is short; its rows hold many of them. */
export function rowLength(family: NeuralFamily, { context }: NeuralFlags): number {
  return family === "feedforward" ? Math.max(64, context) : context;
}
