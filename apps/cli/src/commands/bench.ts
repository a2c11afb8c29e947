import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { writeFileAtomically } from "@lm/train/node";
import { BACKENDS } from "../backends.ts";
import { BENCH_GROUPS, type BenchGroup } from "../bench/bench-case.ts";
import { readReport } from "../bench/bench-report.ts";
import { markdownReport, terminalReport } from "../bench/bench-tables.ts";
import { casesOf, enginesOf, runBench } from "../bench/run-bench.ts";
import { InputError } from "../failure.ts";
import { oneOf, threadCount, wholeNumber } from "../flags.ts";
import { checkFileIsFree, toJson } from "../runs/create-folder.ts";
import { startProgress } from "../terminal/progress.ts";

const group = oneOf(BENCH_GROUPS);

export function benchCommand() {
  return new Command("bench")
    .description("measure this machine: kernels, training, decoding (about a minute)")
    .option(
      "--only <group>",
      `${BENCH_GROUPS.join(", ")}; may be repeated`,
      (text: string, before: readonly BenchGroup[] = []) => [...before, group(text)],
    )
    .option(
      "--threads <n>",
      "1 and one a core, up to 8, by default; may be repeated",
      (text: string, before: readonly number[] = []) => [...before, threadCount(text)],
    )
    .option(
      "--backend <name>",
      `${BACKENDS.join(", ")}; gpu stands beside cpu`,
      oneOf(BACKENDS),
      "cpu" as const,
    )
    .option("--seed <n>", "of the data", wholeNumber(0), 1)
    .option("--json <file>", "write the figures there")
    .option("--markdown <file>", "write the table there")
    .option("--against <file>", "compare with the --json of an earlier run")
    .action(async ({ only, threads, backend, seed, json, markdown, against }) => {
      const before = against === undefined ? undefined : readReport(against);
      for (const path of [json, markdown]) if (path !== undefined) checkTarget(path);
      const cases = casesOf(only ?? BENCH_GROUPS);
      const counts = [...new Set(threads ?? [1, Math.min(8, availableParallelism())])];
      const total = cases.length * enginesOf({ backend, threads: counts }).length;
      const progress = startProgress({ label: "measuring", total, unit: "cases" });
      const report = await runBench({
        cases,
        threads: counts,
        backend,
        seed,
        onCase: (note, done) => progress.update(done, { note }),
      }).finally(() => progress.stop());
      if (json !== undefined) writeFileAtomically(json, toJson(report));
      if (markdown !== undefined) writeFileAtomically(markdown, markdownReport(report, before));
      console.log(terminalReport(report, before));
    });
}

/** Before the minute of measuring, not after it. */
function checkTarget(path: string): void {
  checkFileIsFree(path, "name another file");
  if (!existsSync(dirname(path)))
    throw new InputError(`${path}: there is no folder ${dirname(path)}; make it first`);
}
