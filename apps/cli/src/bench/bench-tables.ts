import { type Column, formatTable } from "../terminal/table.ts";
import { BENCH_GROUPS } from "./bench-case.ts";
import { type BenchReport, type BenchResult, GPU, keyOf, speedup } from "./bench-report.ts";
import { QUIET } from "./disturbance.ts";

/** For a terminal. With an earlier report, how many times as fast it is now stands beside every figure. */
export function terminalReport(report: BenchReport, before?: BenchReport): string {
  const columns = columnsOf(report, before);
  const empty = columns.map(() => "");
  const rows = sectionsOf(report).flatMap(({ group, results }, i) => [
    ...(i === 0 ? [] : [empty]),
    [group, ...empty.slice(1)],
    ...results.map((result) => {
      const [name, ...cells] = rowOf(result, report, before);
      return [`  ${name}`, ...cells];
    }),
  ]);
  return `${headline(report)}\n\n${formatTable(columns, rows)}`;
}

export function markdownReport(report: BenchReport, before?: BenchReport): string {
  const columns = columnsOf(report, before);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.trimEnd()).join(" | ")} |`;
  const sections = sectionsOf(report).flatMap(({ group, results }) => [
    "",
    `## ${group}`,
    "",
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === "right" ? "--:" : "---"))),
    ...results.map((result) => line(rowOf(result, report, before))),
  ]);
  return [headline(report), ...sections, ""].join("\n");
}

function headline({ machine, lm, backend, seed, results }: BenchReport): string {
  const { processor, processors, system, node } = machine;
  const isDisturbed = results.some(({ disturbance }) => disturbance > QUIET);
  return [
    `lm ${lm}, backend ${backend}, seed ${seed}; Node ${node}, ${system}, ${processors} × ${processor}`,
    ...(isDisturbed ? [`${MARK} other programs were at work; measure it again in peace`] : []),
  ].join("\n\n");
}

/** Stands at figures that other programs spoiled. */
const MARK = "?";

const threadsOf = ({ results }: BenchReport) => [...new Set(results.map(({ threads }) => threads))];

/** One result for each row: the one with the first number of threads. */
function sectionsOf(report: BenchReport) {
  const [first] = threadsOf(report);
  return BENCH_GROUPS.map((group) => ({
    group,
    results: report.results.filter((each) => each.group === group && each.threads === first),
  })).filter(({ results }) => results.length > 0);
}

function columnsOf(report: BenchReport, before: BenchReport | undefined): Column[] {
  const right = (title: string) => ({ title, align: "right" as const });
  return [
    { title: "" },
    { title: "unit" },
    ...threadsOf(report).flatMap((threads) => [
      right(engineTitle(threads)),
      ...(before ? [right("faster")] : []),
    ]),
  ];
}

function engineTitle(threads: number): string {
  if (threads === GPU) return "GPU";
  return threads === 1 ? "1 thread" : `${threads} threads`;
}

/** What was measured, its unit, and a figure for each number of threads. */
function rowOf(
  result: BenchResult,
  report: BenchReport,
  before: BenchReport | undefined,
): string[] {
  const cells = threadsOf(report).flatMap((threads) => {
    const now = find(report, { ...result, threads });
    const then = now && before && find(before, now);
    const ratio = now && then ? `${speedup(now, then).toFixed(2)}×` : "–";
    return [now ? figure(now) : "–", ...(before ? [ratio] : [])];
  });
  return [result.name, result.unit, ...cells];
}

const find = ({ results }: BenchReport, wanted: BenchResult) =>
  results.find((result) => keyOf(result) === keyOf(wanted));

/** The median and half of what the middle half of the samples spans: `12.3 ±1%`. */
function figure({ median, lower, upper, disturbance }: BenchResult): string {
  const spread = Math.round(((upper - lower) / 2 / median) * 100);
  const mark = disturbance > QUIET ? MARK : "";
  return `${threeDigits(median)} ±${`${spread}%${mark}`.padEnd(4)}`;
}

function threeDigits(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}
