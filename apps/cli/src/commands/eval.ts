import { Command } from "@commander-js/extra-typings";
import { evaluationJson } from "@lm/eval";
import { BACKENDS } from "../backends.ts";
import { numberFrom, oneOf, positiveNumber, threadCount, wholeNumber } from "../flags.ts";
import { readText } from "../input.ts";
import { contextFlag, defaultContext, evaluateRun, type Result } from "../runs/evaluate.ts";
import { loadRun, type Run } from "../runs/load.ts";
import { formatTable } from "../terminal/table.ts";
import { checkMixtureFlags, judgeMixture } from "./eval-mixture.ts";

/** `--weights "0.3 0.7"`. */
function weightList(text: string): number[] {
  const below = numberFrom(0);
  return text
    .trim()
    .split(/[\s,]+/)
    .map(below);
}

export function evalCommand() {
  return new Command("eval")
    .description("judge models, and mixtures of them, by how well they predict a text")
    .argument("<folders...>", "the models")
    .requiredOption("--data <file>", "the text, UTF-8")
    .option(
      "--context <policy>",
      "document, sentence, window:LENGTH or window:LENGTH/STRIDE",
      contextFlag,
    )
    .option("--backend <name>", BACKENDS.join(", "), oneOf(BACKENDS), "cpu" as const)
    .option("--mixture", "judge the linear interpolation of the models too", false)
    .option("--tune <file>", "held-out text to fit the weights of the mixture on")
    .option("--weights <list>", 'the weights of the mixture, as "0.3 0.7"', weightList)
    .option(
      "--cache <tokens>",
      "mix in a cache: the last so many tokens, which are likely to come again",
      wholeNumber(1),
    )
    .option(
      "--cache-decay <rate>",
      "what the weight of a token in the cache is multiplied by with every token after it",
      positiveNumber,
    )
    .option(
      "--threads <n>",
      "threads of the engine (a core each, up to 8, by default)",
      threadCount,
    )
    .option("--json", "print one JSON document", false)
    .action(async (folders, flags) => {
      checkMixtureFlags(flags);
      const { data, context, backend, threads, json } = flags;
      const text = readText(data);
      const results: Result[] = [];
      const runs: Run[] = [];
      for (const folder of folders) {
        const run = await loadRun(folder, { backend, threads });
        if (flags.mixture) runs.push(run);
        else
          results.push({
            name: folder,
            family: run.config.family,
            evaluation: await evaluateRun(run, text, context ?? defaultContext(run)),
          });
      }
      if (flags.mixture) results.push(...(await judgeMixture(runs, text, flags)));
      console.log(json ? JSON.stringify(results.map(asJson), null, 2) : resultTable(results));
    });
}

const asJson = ({ name, family, weight, evaluation }: Result) => ({
  model: name,
  family,
  ...(weight !== undefined && { weight }),
  ...evaluationJson(evaluation),
});

function resultTable(results: readonly Result[]): string {
  const right = (title: string) => ({ title, align: "right" as const });
  const isMixed = results.some(({ weight }) => weight !== undefined);
  return formatTable(
    [
      { title: "model" },
      { title: "family" },
      ...(isMixed ? [right("weight")] : []),
      right("tokens"),
      right("unknown"),
      right("nats/token"),
      right("perplexity"),
      right("without unknown"),
      right("bits/token"),
      right("bits/char"),
      { title: "context" },
    ],
    results.map(({ name, family, weight, evaluation: e }) => [
      name,
      family,
      ...(isMixed ? [weight?.toFixed(4) ?? ""] : []),
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
