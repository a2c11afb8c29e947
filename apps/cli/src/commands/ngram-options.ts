import { Command, Option } from "@commander-js/extra-typings";
import { parseSmoothing, SMOOTHING_NAMES, type Smoothing } from "@lm/ngram";
import { InvalidArgumentError } from "commander";
import { numberFrom, oneOf, positiveNumber, wholeNumber } from "../flags.ts";
import { tokenizerOption } from "../runs/tokenizers.ts";

const DEFAULT_SMOOTHING = "modified-kneser-ney";

/** Lists of numbers, one an order: `0.5,1,1.5 0.6,1.1,1.4`. */
function numberLists(text: string): number[][] {
  return text
    .trim()
    .split(/\s+/)
    .map((list) => list.split(",").map((number) => numberFrom(0)(number)));
}

function fallback(text: string): "error" | "simpler" | number[] {
  return text === "error" || text === "simpler" ? text : numberLists(text).flat();
}

function smoothing(text: string): Smoothing {
  try {
    return parseSmoothing(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function thresholds(text: string): number[] {
  return text.split(/[\s,]+/).map((count) => wholeNumber(0)(count));
}

const smoothingOption = () =>
  new Option("--smoothing <name>", SMOOTHING_NAMES.join(", ").replace("add", "add:NUMBER"))
    .argParser(smoothing)
    .default(parseSmoothing(DEFAULT_SMOOTHING), DEFAULT_SMOOTHING);

/** The flags of `lm train ngram`. In brackets, the smoothing methods that a flag is for. */
export function ngramCommand() {
  return new Command("ngram")
    .description("count n-grams and smooth them")
    .option("--data <file>", "training text, UTF-8; a sentence a line where words are tokens")
    .option(
      "--counts <path>",
      "counts in place of a text: a model's folder, or a file .counts, .tsv, .tsv.gz or .parquet",
    )
    .requiredOption("--out <folder>", "where to put the model")
    .option("--valid <file>", "held-out text to judge the model by")
    .addOption(tokenizerOption("word"))
    .option(
      "--order <n>",
      "n: a token is predicted from the n - 1 before it (with --counts as high as they go)",
      wholeNumber(1),
      3,
    )
    .addOption(smoothingOption())
    .option(
      "--form <form>",
      "interpolated, backoff (absolute, witten-bell, kneser-ney, modified-kneser-ney)",
      oneOf(["interpolated", "backoff"]),
    )
    .option(
      "--discounts <lists>",
      'in place of estimated discounts, by order, as "0.5,1,1.5 0.6,1.1,1.4" (absolute, katz, kneser-ney, modified-kneser-ney)',
      numberLists,
    )
    .option(
      "--discount-fallback <way>",
      'where discounts cannot be estimated: error, simpler (the next simpler method), or values as "0.5,1,1.5"',
      fallback,
    )
    .option("--maximum-count <k>", "trust higher counts as they are (katz)", wholeNumber(2))
    .option("--alpha <factor>", "what a shorter context costs (stupid-backoff)", positiveNumber)
    .option(
      "--held-out <file>",
      "text to fit the weights on, in place of leaving one out (interpolation)",
    )
    .option(
      "--tying <way>",
      "which contexts share a weight: order, context-count (interpolation)",
      oneOf(["order", "context-count"]),
    )
    .option(
      "--weights <lists>",
      'in place of fitted weights, by order, as "0.9 0.7 0.4" (interpolation)',
      numberLists,
    )
    .option(
      "--prune <counts>",
      'leave out n-grams counted no more often: by order, as "0 0 1"',
      thresholds,
    )
    .option(
      "--prune-entropy <rise>",
      "leave out n-grams without which perplexity rises by a smaller share, as 1e-7 (Stolcke 1998)",
      positiveNumber,
    )
    .option("--quantize", "round probabilities to 256 values an order: half the memory", false)
    .option(
      "--unknown <policy>",
      "unknown words of the training text: skip, count, error",
      oneOf(["skip", "count", "error"]),
      "skip" as const,
    )
    .option(
      "--blank-lines <policy>",
      "sentences without words: count, skip",
      oneOf(["count", "skip"]),
      "count" as const,
    )
    .option("--closed-vocabulary", "hold unknown words for impossible", false);
}

/** The values of the flags. */
export type NgramFlags = ReturnType<ReturnType<typeof ngramCommand>["opts"]>;
