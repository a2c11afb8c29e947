import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cpu } from "@lm/backend-cpu";
import { flattenTensors, writeSafetensors } from "@lm/tensor";
import { BATCHES, workloadBatches, workloadModel } from "../../apps/cli/src/bench/training-run.ts";
import {
  type TrainingName,
  type TrainingWorkload,
  trainingWorkloads,
} from "../../apps/cli/src/bench/training-workloads.ts";

/** What peers are given to do: square matrix products, or steps of a training. */
export type Task = MatmulTask | TrainingTask;
export interface MatmulTask {
  readonly family: "matmul";
  readonly title: string;
  readonly size: number;
}
export type TrainingTask = TrainingWorkload & { readonly seed: number };

const matmul = (size: number): MatmulTask => ({
  family: "matmul",
  title: `matrix product, ${size}³`,
  size,
});
const training = (name: TrainingName): TrainingTask => ({ ...trainingWorkloads[name], seed: 1 });

export const tasks = {
  matmul: matmul(512),
  gpt: training("gpt"),
  lstm: training("lstm"),
  gru: training("gru"),
  elman: training("elman"),
} satisfies Record<string, Task>;
export type TaskName = keyof typeof tasks;

/**
 * Writes what every peer needs to do the same: `task.json`; for a training also `weights.safetensors`, the first weights, and
 * `batches.i32`, the batches over and over: inputs `[B, T]`, then targets `[B, T]`, little-endian.
 */
export async function writeTask(folder: string, task: Task): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "task.json"), JSON.stringify(task));
  if (task.family === "matmul") return;
  const backend = await cpu({ threads: 1 });
  const { parameters } = workloadModel(task, { backend, seed: task.seed });
  const tensors = Object.entries(flattenTensors(parameters));
  const weights = await Promise.all(
    tensors.map(async ([name, x]) => [name, { shape: x.shape, data: await x.read() }] as const),
  );
  writeFileSync(join(folder, "weights.safetensors"), writeSafetensors(Object.fromEntries(weights)));
  const source = workloadBatches(task, task.seed);
  const batches = Array.from({ length: BATCHES }, (_, step) => source.batch(step));
  const ids = batches.flatMap(({ inputs, targets }) => [...inputs, ...targets]);
  writeFileSync(join(folder, "batches.i32"), new Uint8Array(Int32Array.from(ids).buffer));
}
