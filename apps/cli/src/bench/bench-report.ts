import { InputError } from "../failure.ts";
import { readJson } from "../input.ts";
import { BENCH_GROUPS, BENCH_UNITS, type BenchGroup, type BenchUnit } from "./bench-case.ts";
import type { Quartiles } from "./quartiles.ts";

/** What a machine was found to do. */
export interface BenchReport {
  readonly format: 1;
  readonly machine: {
    readonly processor: string;
    /** How many of them. */
    readonly processors: number;
    readonly system: string;
    readonly node: string;
  };
  readonly lm: string;
  readonly backend: string;
  readonly seed: number;
  readonly results: readonly BenchResult[];
}

/** What stands in place of a number of threads where a GPU computed. */
export const GPU = 0;

/** Quartiles over the samples, in `unit`. */
export interface BenchResult extends Quartiles {
  readonly group: BenchGroup;
  readonly name: string;
  readonly unit: BenchUnit;
  /** Of the CPU engine; `GPU` for a GPU. */
  readonly threads: number;
  readonly samples: number;
  /** How many processors other programs kept busy meanwhile, in the mean. */
  readonly disturbance: number;
}

/** What tells a result from the others of a report. */
export const keyOf = ({ group, name, unit, threads }: BenchResult): string =>
  JSON.stringify([group, name, unit, threads]);

/** How many times as fast `now` is as `before`, whatever the unit. */
export function speedup(now: BenchResult, before: BenchResult): number {
  const { isMoreBetter } = BENCH_UNITS[now.unit];
  return isMoreBetter ? now.median / before.median : before.median / now.median;
}

/** @throws InputError when the file is missing or no report of `lm bench`. */
export function readReport(path: string): BenchReport {
  const report = readJson(path) as Partial<BenchReport> | null;
  const isReport =
    report?.format === 1 && Array.isArray(report.results) && report.results.every(isResult);
  if (!isReport)
    throw new InputError(
      `${path}: is not a report of this version of lm bench; make one with lm bench --json FILE`,
    );
  return report as BenchReport;
}

function isResult(value: unknown): value is BenchResult {
  const result = value as Partial<Record<keyof BenchResult, unknown>> | null;
  return (
    typeof result === "object" &&
    result !== null &&
    BENCH_GROUPS.some((group) => group === result.group) &&
    typeof result.name === "string" &&
    Object.keys(BENCH_UNITS).some((unit) => unit === result.unit) &&
    [result.lower, result.median, result.upper, result.samples].every(
      (number) => typeof number === "number" && number > 0,
    ) &&
    typeof result.threads === "number" &&
    result.threads >= GPU &&
    typeof result.disturbance === "number"
  );
}
