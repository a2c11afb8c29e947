import { join } from "node:path";
import type { FeedforwardConfig } from "@lm/feedforward";
import type { Smoothing } from "@lm/ngram";
import type { RecurrentLanguageModelConfig } from "@lm/rnn";
import type { TransformerConfig } from "@lm/transformer";
import { InputError } from "../failure.ts";
import { readJson } from "../input.ts";
import type { TrainingSettings } from "./training-settings.ts";

/** The families of models, by the names that the command line knows them by. */
export const NEURAL_FAMILIES = ["feedforward", "rnn", "lstm", "gru", "transformer"] as const;
export type NeuralFamily = (typeof NEURAL_FAMILIES)[number];

interface NgramSettings {
  readonly order: number;
  readonly smoothing: Smoothing | "arpa";
}

/** The configuration of each family's model. */
export interface ModelConfigs {
  readonly feedforward: FeedforwardConfig;
  readonly rnn: RecurrentLanguageModelConfig;
  readonly lstm: RecurrentLanguageModelConfig;
  readonly gru: RecurrentLanguageModelConfig;
  readonly transformer: TransformerConfig;
}

/** How a run began, so that it can go on in the same way. */
export interface TrainingRecord {
  /** The values of all flags that shape the model or its training. */
  readonly flags: TrainingSettings & Readonly<Record<string, unknown>>;
  /** SHA-256 of the training text. */
  readonly dataDigest: string;
}

/** What `config.json` of a run's folder holds. */
export type RunConfig =
  | { readonly format: 1; readonly family: "ngram"; readonly model: NgramSettings }
  | NeuralRunConfig;

export type NeuralRunConfig = {
  [F in NeuralFamily]: {
    readonly format: 1;
    readonly family: F;
    readonly model: ModelConfigs[F];
    /** Absent in a model that was not trained here. */
    readonly training?: TrainingRecord;
  };
}[NeuralFamily];

export const FILES = {
  config: "config.json",
  tokenizer: "tokenizer.json",
  model: "model.safetensors",
  ngram: "model.ngram",
  counts: "model.counts",
  metrics: "metrics.jsonl",
} as const;

/** @throws InputError when the folder holds no run, or one of another version of the format. */
export function readConfig(folder: string): RunConfig {
  const path = join(folder, FILES.config);
  const config = readJson(path) as Partial<RunConfig> | null;
  const isKnown =
    typeof config?.model === "object" &&
    (config.family === "ngram" || NEURAL_FAMILIES.some((family) => family === config.family));
  if (!isKnown)
    throw new InputError(`${path}: does not describe a model of lm; import it first (lm import)`);
  if (config.format !== 1)
    throw new InputError(
      `${path}: format ${config.format} is not known to this version of lm, which reads 1`,
    );
  return config as RunConfig;
}
