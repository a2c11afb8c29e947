import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { styleText } from "node:util";
import { Command } from "@commander-js/extra-typings";
import { writeFileAtomically } from "@lm/train/node";
import { type DemoResult, runContest } from "../demo/contest.ts";
import { contestants } from "../demo/contestants.ts";
import { readCorpus } from "../demo/corpus.ts";
import { renderReport } from "../demo/report.ts";
import { PROMPT } from "../demo/samples.ts";
import { formatSeconds, formatSpeed } from "../terminal/progress.ts";
import { formatTable } from "../terminal/table.ts";

/** Seconds of training for each neural model, held-out characters to judge by, characters of a sample. */
const BUDGETS = {
  full: { seconds: 20, heldOut: 40_000, sample: 120 },
  quick: { seconds: 3, heldOut: 8_000, sample: 60 },
} as const;

export function demoCommand() {
  return new Command("demo")
    .description("train every family on Moby-Dick, compare them, and let each write")
    .option("--quick", "three seconds of training a model, not twenty", false)
    .option("--report <file>", "where to write the report", "runs/demo/report.html")
    .action(async ({ quick, report }) => {
      const budget = quick ? BUDGETS.quick : BUDGETS.full;
      const corpus = readCorpus();
      console.log(
        `${styleText("bold", corpus.title, { stream: process.stdout })}: ${corpus.train.length.toLocaleString("en")} characters to learn from, the last tenth held out. ` +
          `N-grams are counted once; every neural model is trained for ${budget.seconds} seconds.\n`,
      );
      const results = await runContest(contestants, corpus, budget);
      console.log(`${resultTable(results)}\n`);
      console.log(
        `Held-out text: ${budget.heldOut.toLocaleString("en")} characters, ${results[0]!.evaluation.context}: every model sees the same 32 to 63 characters before each one.\n`,
      );
      for (const { title, samples } of results) {
        console.log(styleText("bold", title, { stream: process.stdout }));
        for (const [way, text] of Object.entries(samples))
          console.log(
            `  ${way.padEnd(9)} ${styleText("dim", PROMPT, { stream: process.stdout })}${text.replaceAll("\n", "⏎")}`,
          );
      }
      mkdirSync(dirname(report), { recursive: true });
      writeFileAtomically(report, renderReport(corpus, results, budget));
      console.log(`\nLoss curves and samples: ${report}`);
    });
}

function resultTable(results: readonly DemoResult[]): string {
  const right = (title: string) => ({ title, align: "right" as const });
  return formatTable(
    [
      { title: "model" },
      right("parameters"),
      right("training"),
      right("tokens/s"),
      right("bits/char"),
      right("perplexity"),
    ],
    results.map(({ title, parameters, seconds, tokensPerSecond, evaluation }) => [
      title,
      parameters.toLocaleString("en"),
      formatSeconds(seconds),
      formatSpeed(tokensPerSecond),
      finite(evaluation.bitsPerToken, 3),
      finite(evaluation.perplexity, 2),
    ]),
  );
}

const finite = (value: number, digits: number) =>
  Number.isFinite(value) ? value.toFixed(digits) : "∞";
