import { Command } from "@commander-js/extra-typings";
import {
  type Evaluation,
  type EvaluationContext,
  evaluate,
  evaluationJson,
  parseContext,
} from "@lm/eval";
import { sentenceStart } from "@lm/model";
import { InvalidArgumentError } from "commander";
import { oneOf, threadCount } from "../flags.ts";
import { countCharacters, readText } from "../input.ts";
import { BACKENDS } from "../runs/engine.ts";
import { loadRun, type Run } from "../runs/load.ts";
import { startProgress } from "../terminal/progress.ts";
import { formatTable } from "../terminal/table.ts";

export function contextFlag(text: string): EvaluationContext {
  try {
    return parseContext(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** How a text is read where nobody says: n-grams of words know sentences, every other model reads a document. */
export function defaultContext({ config, model }: Run): EvaluationContext {
  return config.family === "ngram" && model.vocabulary.eos !== undefined ? "sentence" : "document";
}

export function evalCommand() {
  return new Command("eval")
    .description("judge models by how well they predict a text")
    .argument("<folders...>", "the models")
    .requiredOption("--data <file>", "the text, UTF-8")
    .option(
      "--context <policy>",
      "document, sentence, window:LENGTH or window:LENGTH/STRIDE",
      contextFlag,
    )
    .option("--backend <name>", BACKENDS.join(", "), oneOf(BACKENDS), "cpu" as const)
    .option(
      "--threads <n>",
      "threads of the engine (a core each, up to 8, by default)",
      threadCount,
    )
    .option("--json", "print one JSON document", false)
    .action(async (folders, { data, context, backend, threads, json }) => {
      const text = readText(data);
      const results: { folder: string; family: string; evaluation: Evaluation }[] = [];
      for (const folder of folders) {
        const run = await loadRun(folder, { backend, threads });
        const evaluation = await evaluateRun(run, text, context ?? defaultContext(run));
        results.push({ folder, family: run.config.family, evaluation });
      }
      console.log(
        json
          ? JSON.stringify(
              results.map(({ folder, family, evaluation }) => ({
                model: folder,
                family,
                ...evaluationJson(evaluation),
              })),
              null,
              2,
            )
          : resultTable(results),
      );
    });
}

/** Evaluates with a bar on the terminal. */
async function evaluateRun(
  { folder, model, tokenizer }: Pick<Run, "folder" | "model" | "tokenizer">,
  text: string,
  context: EvaluationContext,
): Promise<Evaluation> {
  const ids = tokenizer.encode(text);
  // In a vocabulary without a start token the first token is context only.
  const unscored =
    sentenceStart(model.vocabulary) === undefined ? tokenizer.decode(ids.subarray(0, 1)) : "";
  const progress = startProgress({ label: folder, total: ids.length, unit: "tokens" });
  try {
    return await evaluate(model, ids, {
      context,
      characters: countCharacters(text) - countCharacters(unscored) || undefined,
      onProgress: ({ done }) => progress.update(done),
    });
  } finally {
    progress.stop();
  }
}

function resultTable(
  results: readonly {
    readonly folder: string;
    readonly family: string;
    readonly evaluation: Evaluation;
  }[],
): string {
  const right = (title: string) => ({ title, align: "right" as const });
  return formatTable(
    [
      { title: "model" },
      { title: "family" },
      right("tokens"),
      right("unknown"),
      right("nats/token"),
      right("perplexity"),
      right("without unknown"),
      right("bits/token"),
      right("bits/char"),
      { title: "context" },
    ],
    results.map(({ folder, family, evaluation: e }) => [
      folder,
      family,
      e.tokens.toLocaleString("en"),
      e.unknown.toLocaleString("en"),
      e.crossEntropy.toFixed(4),
      e.perplexity.toFixed(4),
      e.perplexityExcludingUnknown?.toFixed(4) ?? "–",
      e.bitsPerToken.toFixed(4),
      e.bitsPerCharacter?.toFixed(4) ?? "–",
      e.context,
    ]),
  );
}
