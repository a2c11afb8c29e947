import { cpus } from "node:os";
import type { Backend } from "@lm/backend";
import { zeros } from "@lm/tensor";
import manifest from "../../package.json" with { type: "json" };
import { type BackendName, backends, describeGpu } from "../backends.ts";
import type { BenchCase, BenchGroup } from "./bench-case.ts";
import { type BenchReport, type BenchResult, GPU } from "./bench-report.ts";
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
  /** A GPU is measured beside the CPU engine. */
  readonly backend: BackendName;
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

/** The engines to measure: one for every number of threads, and the GPU's. */
export function enginesOf({ backend, threads }: Pick<BenchRequest, "backend" | "threads">) {
  const open = backends[backend === "gpu" ? "cpu" : backend];
  const threaded = threads.map((count) => ({ count, open: () => open({ threads: count }) }));
  // First, because there may be none.
  return backend === "gpu" ? [{ count: GPU, open: () => backends.gpu({}) }, ...threaded] : threaded;
}

/** Measures one case after the other, all of them on every engine. */
export async function runBench(request: BenchRequest): Promise<BenchReport> {
  const { cases, seed, onCase } = request;
  const results: BenchResult[] = [];
  let done = 0;
  let name: string = request.backend;
  for (const { count, open } of enginesOf(request)) {
    const backend = await open();
    if ("adapter" in backend) name = `cpu and ${describeGpu(backend)}`;
    try {
      for (const each of cases) {
        onCase(each.name, done++);
        const prepared = each.prepare({ backend, seed });
        const disturbance = watchOthers();
        const samples = await measure(prepared, each.seconds, () => settle(backend));
        results.push(...resultsOf(each, count, samples, disturbance()));
        await prepared.close();
      }
    } finally {
      await backend.close();
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
    backend: name,
    seed,
    results,
  };
}

/** Waits until an engine has done all that it was given: a GPU is still at work when an op returns. */
async function settle(backend: Backend): Promise<void> {
  const last = zeros([], { backend });
  await last.item();
  last.dispose();
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
