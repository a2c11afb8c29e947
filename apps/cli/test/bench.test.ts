import { readFileSync, writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BENCH_GROUPS, BENCH_UNITS, type BenchUnit } from "../src/bench/bench-case.ts";
import {
  type BenchReport,
  type BenchResult,
  readReport,
  speedup,
} from "../src/bench/bench-report.ts";
import { markdownReport, terminalReport } from "../src/bench/bench-tables.ts";
import { quartiles } from "../src/bench/quartiles.ts";
import { casesOf } from "../src/bench/run-bench.ts";
import { InputError } from "../src/failure.ts";
import { toJson } from "../src/runs/create-folder.ts";
import { workFolder } from "./lm.ts";

const { path, lm } = workFolder();

const result = (changes: Partial<BenchResult>): BenchResult => ({
  group: "matmul",
  name: "64³, NN",
  unit: "GFLOP/s",
  threads: 1,
  samples: 9,
  lower: 9.8,
  median: 10,
  upper: 10.6,
  disturbance: 0,
  ...changes,
});
const report = (results: readonly BenchResult[]): BenchReport => ({
  format: 1,
  machine: { processor: "Abacus", processors: 2, system: "linux x64", node: "v24.0.0" },
  lm: "1.2.3",
  backend: "cpu",
  seed: 1,
  results,
});
const step = (median: number) =>
  result({ group: "training", unit: "ms/step", lower: median, median, upper: median });

describe("quartiles", () => {
  it("interpolates as NumPy does", () => {
    expect(quartiles([4, 1, 3, 2])).toEqual({ lower: 1.75, median: 2.5, upper: 3.25 });
    expect(quartiles([7])).toEqual({ lower: 7, median: 7, upper: 7 });
  });
  it("refuses to speak of nothing", () => expect(() => quartiles([])).toThrow(RangeError));
  it("lies within the values, in order, whatever their order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }),
        (values) => {
          const { lower, median, upper } = quartiles(values);
          expect(quartiles(values.toReversed())).toEqual({ lower, median, upper });
          expect([Math.min(...values), lower, median, upper, Math.max(...values)]).toEqual(
            [Math.min(...values), lower, median, upper, Math.max(...values)].toSorted(
              (x, y) => x - y,
            ),
          );
        },
      ),
    );
  });
});

describe("speedup", () => {
  it("is above 1 for what became faster, in any unit", () => {
    for (const [unit, { isMoreBetter }] of Object.entries(BENCH_UNITS)) {
      const of = (median: number) => result({ unit: unit as BenchUnit, median });
      expect(speedup(of(isMoreBetter ? 20 : 5), of(10)), unit).toBe(2);
    }
  });
});

/** As it is where there are no colours. */
const plain = stripVTControlCharacters;

describe("the tables", () => {
  const now = report([
    result({}),
    result({ threads: 2, median: 20, lower: 20, upper: 20 }),
    step(50),
    result({ group: "kernels", name: "exp", unit: "ns/element", disturbance: 1 }),
  ]);

  it("have a column for each number of threads, and a section for each group", () => {
    expect(plain(terminalReport(now)).split("\n")).toEqual([
      "lm 1.2.3, backend cpu, seed 1; Node v24.0.0, linux x64, 2 × Abacus",
      "",
      "? other programs were at work; measure it again in peace",
      "",
      "           unit          1 thread   2 threads",
      "─────────  ──────────  ──────────  ──────────",
      "matmul",
      "  64³, NN  GFLOP/s     10.0 ±4%    20.0 ±0%",
      "",
      "kernels",
      "  exp      ns/element  10.0 ±4%?            –",
      "",
      "training",
      "  64³, NN  ms/step     50.0 ±0%             –",
    ]);
  });

  it("say how much faster it is than before, where there was a before", () => {
    const before = report([result({ median: 5 }), step(100)]);
    const lines = markdownReport(now, before).split("\n");
    expect(lines).toContain("| 64³, NN | GFLOP/s | 10.0 ±4% | 2.00× | 20.0 ±0% | – |");
    expect(lines).toContain("| 64³, NN | ms/step | 50.0 ±0% | 2.00× | – | – |");
    expect(lines).toContain("| exp | ns/element | 10.0 ±4%? | – | – | – |");
  });

  it("fit on a terminal of 100 columns", () => {
    const results = casesOf(BENCH_GROUPS).flatMap(({ group, name, figures }) =>
      figures.flatMap(({ unit }) =>
        [1, 8].map((threads) => result({ group, name, unit, threads, median: 123_456 })),
      ),
    );
    const full = report(results);
    for (const line of plain(terminalReport(full, full)).split("\n"))
      expect([...line].length, line).toBeLessThanOrEqual(100);
  });

  it("name every case once", () => {
    const names = casesOf(BENCH_GROUPS).map(({ group, name }) => `${group}: ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("a report in JSON", () => {
  const positive = fc.double({ min: 1e-9, max: 1e12, noNaN: true });
  const results = fc.array(
    fc.record({
      group: fc.constantFrom(...BENCH_GROUPS),
      name: fc.string({ unit: "grapheme" }),
      unit: fc.constantFrom(...(Object.keys(BENCH_UNITS) as BenchUnit[])),
      threads: fc.integer({ min: 1, max: 64 }),
      samples: fc.integer({ min: 1 }),
      lower: positive,
      median: positive,
      upper: positive,
      disturbance: fc.double({ min: 0, max: 64, noNaN: true }),
    }),
  );

  it("reads as it was written", () => {
    fc.assert(
      fc.property(results, (results) => {
        writeFileSync(path("report.json"), toJson(report(results)));
        expect(readReport(path("report.json"))).toEqual(JSON.parse(toJson(report(results))));
      }),
      { numRuns: 30 },
    );
  });

  it("is refused where it is none", () => {
    const damaged = fc.oneof(
      fc.jsonValue(),
      fc.record({ format: fc.constantFrom(1, 2), results: fc.jsonValue() }),
      fc
        .record({ key: fc.constantFrom(...Object.keys(result({}))), value: fc.jsonValue() })
        .map(({ key, value }) => ({ ...report([]), results: [{ ...result({}), [key]: value }] })),
    );
    fc.assert(
      fc.property(damaged, (value) => {
        writeFileSync(path("damaged.json"), JSON.stringify(value));
        try {
          expect(terminalReport(report([result({})]), readReport(path("damaged.json")))).toMatch(
            /lm 1\.2\.3/,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("lm bench", () => {
  it("measures, keeps the figures, and compares with them later", () => {
    const run = ["bench", "--only", "dispatch", "--threads", "1"];
    const first = lm(...run, "--json", "first.json", "--markdown", "first.md");
    expect(first.code, first.stderr).toBe(0);
    const { results, seed } = JSON.parse(readFileSync(path("first.json"), "utf8")) as BenchReport;
    expect(seed).toBe(1);
    expect(results.map(({ unit }) => unit)).toEqual(["µs/op", "µs/op", "µs/op"]);
    expect(readFileSync(path("first.md"), "utf8")).toContain("| add, freed at once | µs/op | ");
    const second = lm(...run, "--against", "first.json");
    expect(second.code, second.stderr).toBe(0);
    expect(second.stdout.match(/ \d+\.\d\d×/g)).toHaveLength(3);
  }, 30_000);
});
