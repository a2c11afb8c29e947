import { cpus } from "node:os";
import manifest from "../../package.json" with { type: "json" };
import { threadedBackends } from "../backends.ts";
import type { BenchCase, BenchGroup } from "./bench-case.ts";
import type { BenchReport, BenchResult } from "./bench-report.ts";
import { decodingCases } from "./decoding-cases.ts";
import { dispatchCases } from "./dispatch-cases.ts";
import { watchOthers } from "./disturbance.ts";
import { kernelCases } from "./kernel-cases.ts";
import { matmulCases } from "./matmul-cases.ts";
import { measure } from "./measure.ts";
import { quartiles } from "./quartiles.ts";
import { trainingCases } from "./training-cases.ts";

export interface BenchRequest {
  readonly cases: readonly BenchCase[];
  readonly threads: readonly number[];
  readonly backend: keyof typeof threadedBackends;
  readonly seed: number;
  /** Called before each case, with the number of those done. */
  readonly onCase: (name: string, done: number) => void;
}

const allCases: readonly BenchCase[] = [
  ...matmulCases,
  ...kernelCases,
  ...trainingCases,
  ...decodingCases,
  ...dispatchCases,
];

export function casesOf(groups: readonly BenchGroup[]): readonly BenchCase[] {
  return allCases.filter(({ group }) => groups.includes(group));
}

/** Measures one case after the other, all of them with every number of threads. */
export async function runBench(request: BenchRequest): Promise<BenchReport> {
  const { cases, threads, seed, onCase } = request;
  const results: BenchResult[] = [];
  let done = 0;
  for (const count of threads) {
    const backend = await threadedBackends[request.backend]({ threads: count });
    try {
      for (const each of cases) {
        onCase(each.name, done++);
        const prepared = each.prepare({ backend, seed });
        const disturbance = watchOthers();
        const samples = await measure(prepared, each.seconds);
        results.push(...resultsOf(each, count, samples, disturbance()));
        await prepared.close();
      }
    } finally {
      backend.close();
    }
  }
  return {
    format: 1,
    machine: {
      processor: cpus()[0]?.model.trim() ?? "unknown",
      processors: cpus().length,
      system: `${process.platform} ${process.arch}`,
      node: process.version,
    },
    lm: manifest.version,
    backend: request.backend,
    seed,
    results,
  };
}

function resultsOf(
  { group, name, figures }: BenchCase,
  threads: number,
  samples: readonly number[],
  disturbance: number,
): BenchResult[] {
  return figures.map(({ unit, of }) => ({
    group,
    name,
    unit,
    threads,
    samples: samples.length,
    disturbance,
    ...quartiles(samples.map(of)),
  }));
}
