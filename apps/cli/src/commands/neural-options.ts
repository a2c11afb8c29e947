import { Command, Option } from "@commander-js/extra-typings";
import type { Activation } from "@lm/nn";
import { activations } from "@lm/nn";
import { numberFrom, oneOf, positiveNumber, threadCount, wholeNumber } from "../flags.ts";
import { BACKENDS } from "../runs/engine.ts";
import { tokenizerOption } from "../runs/tokenizers.ts";
import { OPTIMIZERS, SCHEDULES } from "../runs/training-settings.ts";

/** Where a family's defaults differ from the others'. */
export interface FamilyDefaults {
  readonly description: string;
  readonly context: number;
  /** What `--context` means for it. */
  readonly contextMeaning: string;
  readonly batchSize: number;
  readonly hidden: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** The flags that all neural families share. */
export function neuralCommand(family: string, defaults: FamilyDefaults) {
  return new Command(family)
    .description(defaults.description)
    .requiredOption("--data <file>", "training text, UTF-8")
    .requiredOption("--out <folder>", "where to put the model")
    .option("--valid <file>", "held-out text to judge the model by")
    .option(
      "--valid-fraction <part>",
      "hold out the last part of the training text",
      numberFrom(0, 1),
    )
    .option("--resume", "go on from the last checkpoint in --out", false)
    .addOption(tokenizerOption("char"))
    .option("--backend <name>", BACKENDS.join(", "), oneOf(BACKENDS), "cpu" as const)
    .option(
      "--threads <n>",
      "threads of the engine (a core each, up to 8, by default)",
      threadCount,
    )
    .option("--seed <n>", "of the parameters, the batches and dropout", wholeNumber(0), 1)
    .option("--hidden <n>", "size of the hidden vectors", wholeNumber(1), defaults.hidden)
    .option("--context <n>", defaults.contextMeaning, wholeNumber(1), defaults.context)
    .option("--dropout <rate>", "dropout in training", numberFrom(0, 1), 0)
    .option("--steps <n>", "training steps", wholeNumber(1), 2000)
    .option("--batch-size <n>", "rows of a batch", wholeNumber(1), defaults.batchSize)
    .option("--optimizer <name>", OPTIMIZERS.join(", "), oneOf(OPTIMIZERS), "adamw" as const)
    .option("--learning-rate <rate>", "at its highest", positiveNumber, defaults.learningRate)
    .option("--schedule <name>", SCHEDULES.join(", "), oneOf(SCHEDULES), "cosine" as const)
    .option("--warmup <steps>", "of rising learning rate (cosine)", wholeNumber(0), 100)
    .option(
      "--min-learning-rate <rate>",
      "at the end (cosine); a tenth of the highest by default",
      numberFrom(0),
    )
    .option(
      "--decay-every <steps>",
      "multiply the learning rate after so many steps (step)",
      wholeNumber(1),
      1000,
    )
    .option("--decay-factor <factor>", "by this (step)", positiveNumber, 0.5)
    .option("--beta2 <rate>", "decay of Adam's second moment", numberFrom(0, 1), 0.99)
    .option("--momentum <rate>", "of sgd", numberFrom(0, 1), 0.9)
    .option("--weight-decay <rate>", "of matrices", numberFrom(0), defaults.weightDecay)
    .option("--clip <norm>", "clip gradients to this norm; 0 for none", numberFrom(0), 1)
    .option("--evaluate-every <steps>", "judge the model on held-out text", wholeNumber(1), 250)
    .option("--checkpoint-every <steps>", "save the run", wholeNumber(1), 250);
}

export const layersOption = (layers: number) =>
  new Option("--layers <n>", "layers on top of each other")
    .argParser(wholeNumber(1))
    .default(layers);

export const embeddingOption = (size: number) =>
  new Option("--embedding <n>", "size of a token's vector").argParser(wholeNumber(1)).default(size);

export const headsOption = () =>
  new Option("--heads <n>", "attention heads; they share the hidden size")
    .argParser(wholeNumber(1))
    .default(4);

const names = Object.keys(activations) as Activation[];
export const activationOption = () =>
  new Option("--activation <name>", names.join(", "))
    .argParser(oneOf(names))
    .default("gelu_new" as const);

export const tiedOption = () =>
  new Option("--tied", "use the token vectors as output weights too").default(false);

export const resetOption = () =>
  new Option("--reset <when>", "the reset gate acts before or after the recurrent product")
    .argParser(oneOf(["after", "before"]))
    .default("after" as const);
