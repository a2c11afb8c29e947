import { Command, Option } from "@commander-js/extra-typings";
import { evaluate } from "@lm/eval";
import { ngram, parseSmoothing, SMOOTHING_NAMES, toBytes } from "@lm/ngram";
import { InvalidArgumentError } from "commander";
import { blameInput } from "../failure.ts";
import { wholeNumber } from "../flags.ts";
import { readText } from "../input.ts";
import { FILES, type RunConfig } from "../runs/config.ts";
import { checkFolderIsFree, createFolder, toJson } from "../runs/create-folder.ts";
import { checkTokens, tokenizerOption } from "../runs/tokenizers.ts";
import { formatSeconds } from "../terminal/progress.ts";

const DEFAULT_SMOOTHING = "modified-kneser-ney";

function smoothing(text: string) {
  try {
    return parseSmoothing(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function thresholds(text: string): number[] {
  return text.split(/[\s,]+/).map((count) => wholeNumber(0)(count));
}

export function trainNgramCommand() {
  return new Command("ngram")
    .description("count n-grams and smooth them")
    .requiredOption(
      "--data <file>",
      "training text, UTF-8; a sentence a line where words are tokens",
    )
    .requiredOption("--out <folder>", "where to put the model")
    .option("--valid <file>", "held-out text to judge the model by")
    .addOption(tokenizerOption("word"))
    .option("--order <n>", "n: a token is predicted from the n - 1 before it", wholeNumber(1), 3)
    .addOption(
      new Option("--smoothing <name>", SMOOTHING_NAMES.join(", ").replace("add", "add:NUMBER"))
        .argParser(smoothing)
        .default(parseSmoothing(DEFAULT_SMOOTHING), DEFAULT_SMOOTHING),
    )
    .option(
      "--prune <counts>",
      'leave out n-grams counted no more often: by order, as "0 0 1"',
      thresholds,
    )
    .action(async (options) => {
      checkFolderIsFree(options.out);
      const text = readText(options.data);
      const start = performance.now();
      const tokenizer = await options.tokenizer(text);
      const ids = checkTokens(options.data, tokenizer, text);
      const { order, prune } = options;
      const model = await blameInput(options.data, () =>
        ngram({ order, smoothing: options.smoothing, ...(prune && { prune }) }).fitIds(
          tokenizer.vocabulary,
          ids,
        ),
      );
      const seconds = (performance.now() - start) / 1000;
      const config: RunConfig = {
        format: 1,
        family: "ngram",
        model: { order, smoothing: options.smoothing },
      };
      const held =
        options.valid === undefined ? undefined : tokenizer.encode(readText(options.valid));
      createFolder(options.out, {
        [FILES.config]: toJson(config),
        [FILES.tokenizer]: toJson(tokenizer.toJSON()),
        [FILES.ngram]: toBytes(model),
      });
      for (const note of model.notes) console.error(`note: ${note}`);
      const counts = model.ngramCounts.map((count) => count.toLocaleString("en")).join(" + ");
      console.error(
        `${counts} n-grams of orders 1 to ${order} in ${formatSeconds(seconds)} → ${options.out}`,
      );
      if (held) {
        const context = model.vocabulary.eos === undefined ? "document" : "sentence";
        const { perplexity, tokens } = await evaluate(model, held, { context });
        console.error(
          `held out: perplexity ${perplexity.toFixed(2)} over ${tokens.toLocaleString("en")} tokens (${context})`,
        );
      }
    });
}
