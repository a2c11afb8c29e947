import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TrainEvent } from "@lm/train";
import { writeFileAtomically } from "@lm/train/node";
import { FILES } from "./config.ts";

type Metric = Exclude<TrainEvent, { readonly type: "checkpoint" }>;

/** `metrics.jsonl`: an event a line. What an interrupted run wrote after its last checkpoint is dropped. */
export function openMetrics(folder: string, afterStep: number): { append(event: Metric): void } {
  const path = join(folder, FILES.metrics);
  const before = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const kept = before.filter((line) => stepOf(line) <= afterStep);
  writeFileAtomically(path, kept.map((line) => `${line}\n`).join(""));
  return { append: (event) => appendFileSync(path, `${JSON.stringify(event)}\n`) };
}

/** The step of a line; none that counts, where the line was cut off. */
function stepOf(line: string): number {
  try {
    return (JSON.parse(line) as Metric).step;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
