import { existsSync, statSync } from "node:fs";
import { Command } from "@commander-js/extra-typings";
import { writeFileAtomically } from "@lm/train/node";
import { InputError } from "../failure.ts";
import { wholeNumber } from "../flags.ts";
import { describeFile, describeRun } from "../inspect/describe-path.ts";
import { printFacts } from "../inspect/facts.ts";
import { lookInto } from "../inspect/look.ts";
import { printBigrams, printNextTokens } from "../inspect/print.ts";
import { renderReport } from "../inspect/report.ts";
import { checkFileIsFree } from "../runs/create-folder.ts";

export function inspectCommand() {
  return new Command("inspect")
    .description(
      "what is in a model's folder, a file of a model or of counts, or a tokenizer.json; of n-grams also their numbers",
    )
    .argument("<path>", "the folder or file")
    .option("--words <list>", 'tables of bigrams: counts and probabilities, as "i want to eat"')
    .option("--context <words>", 'what comes next, and the back-off path, as "cows eat"')
    .option("--top <k>", "how many of the tokens that may come next", wholeNumber(1), 10)
    .option("--report <file>", "write it all to an HTML file, with a plot of Zipf's law")
    .option("--json", "print one JSON document", false)
    .action(async (path, { json, report, words, context, top }) => {
      if (!existsSync(path)) throw new InputError(`${path}: no such file or folder`);
      if (report !== undefined) checkFileIsFree(report, "name another --report");
      const isRun = statSync(path).isDirectory();
      if (!isRun && asksMore({ words, context, report }))
        throw new InputError(
          `${path}: is no model's folder, which --words, --context and --report look into; make one by lm import`,
        );
      const facts = isRun ? await describeRun(path) : await describeFile(path);
      const look = asksMore({ words, context, report })
        ? await lookInto(path, { words, context, top, hasReport: report !== undefined })
        : {};
      if (report !== undefined) writeFileAtomically(report, renderReport(path, facts, look));
      if (json) console.log(JSON.stringify({ ...facts, ...look }, null, 2));
      else {
        printFacts(facts);
        if (look.bigrams) printBigrams(look.bigrams);
        if (look.next) printNextTokens(look.next);
      }
      if (report !== undefined) console.error(`report: ${report}`);
    });
}

const asksMore = (flags: Readonly<Record<"words" | "context" | "report", string | undefined>>) =>
  [flags.words, flags.context, flags.report].some((flag) => flag !== undefined);
