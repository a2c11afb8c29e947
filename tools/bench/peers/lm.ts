import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CpuBackend } from "@lm/backend-cpu";
import manifest from "@lm/backend-cpu/package.json" with { type: "json" };
import { tensor } from "@lm/tensor";
import { threadedBackends } from "../../../apps/cli/src/backends.ts";
import { trainWorkload } from "../../../apps/cli/src/bench/training-run.ts";
import type { MatmulTask, Task, TrainingTask } from "../tasks.ts";
import { type Step, serve } from "./serve.ts";

/** The task of a folder in lm: `node --conditions=@lm/source lm.ts FOLDER THREADS BACKEND`. */
const [folder, threads, name] = process.argv.slice(2) as [
  string,
  string,
  keyof typeof threadedBackends,
];
const task = JSON.parse(readFileSync(join(folder, "task.json"), "utf8")) as Task;
const backend = await threadedBackends[name]({ threads: Number(threads) });

function training(task: TrainingTask, backend: CpuBackend): Step {
  const events = trainWorkload(task, { backend, seed: task.seed });
  return async () => (await events.next()).value!.loss;
}

function matmul({ size }: MatmulTask, backend: CpuBackend): Step {
  const [a, b] = [0, 1].map((shift) =>
    tensor(
      Float32Array.from({ length: size * size }, (_, i) => Math.sin(i + shift)),
      { backend, shape: [size, size] },
    ),
  );
  return async () => {
    const product = a!.matmul(b!);
    const corner = product.slice(0, 0, 1).slice(1, 0, 1);
    const value = await corner.item();
    corner.dispose();
    product.dispose();
    return value;
  };
}

await serve(
  { name: "lm", version: manifest.version, detail: `${name}, ${backend.build}` },
  task.family === "matmul" ? matmul(task, backend) : training(task, backend),
);
backend.close();
