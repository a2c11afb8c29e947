import type { Backend, Shape } from "@lm/backend";
import type { CarriedState } from "@lm/nn";
import {
  flattenTensors,
  float32Values,
  readSafetensors,
  SafetensorsError,
  type SafetensorsFile,
  Tensor,
  writeSafetensors,
} from "@lm/tensor";
import type { OptimizerState } from "./optimizer.ts";

interface Values {
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
}

/** Everything that a training run needs to go on exactly where it was, as plain data. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** The parameters, by path. */
  readonly model: Readonly<Record<string, Values>>;
  /** What the optimizer remembers (`mean.…`), and the carried state of a recurrent model (`carry.…`). */
  readonly optimizer: Readonly<Record<string, Values>>;
}

const CARRY = "carry";

async function readTree(tree: unknown): Promise<Record<string, Values>> {
  const entries = Object.entries(flattenTensors(tree)).map(
    async ([path, x]) => [path, { shape: x.shape, data: await x.read() }] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Reads a training run's tensors back from the engine. */
export async function takeCheckpoint(run: {
  readonly step: number;
  readonly parameters: unknown;
  readonly optimizer: OptimizerState;
  readonly carry: CarriedState | undefined;
}): Promise<Checkpoint> {
  return {
    step: run.step,
    model: await readTree(run.parameters),
    optimizer: await readTree({ ...run.optimizer, [CARRY]: run.carry ?? {} }),
  };
}

/** The optimizer's state and the carried state of a checkpoint, on a backend. */
export function restoreState(
  { optimizer }: Checkpoint,
  backend: Backend,
): { readonly optimizer: OptimizerState; readonly carry: CarriedState | undefined } {
  const groups: Record<string, Record<string, Tensor>> = {};
  for (const [path, { shape, data }] of Object.entries(optimizer)) {
    const dot = path.indexOf(".");
    groups[path.slice(0, dot)] ??= {};
    groups[path.slice(0, dot)]![path.slice(dot + 1)] = new Tensor(
      backend,
      backend.fromArray(data, shape),
    );
  }
  const { [CARRY]: carry, ...slots } = groups;
  return { optimizer: slots, carry };
}

/** The safetensors files of a checkpoint, each marked with its step. */
export function checkpointToBytes({ step, model, optimizer }: Checkpoint): {
  readonly model: Uint8Array;
  readonly optimizer: Uint8Array;
} {
  const metadata = { format: "pt", step: `${step}` };
  return {
    model: writeSafetensors(model, metadata),
    optimizer: writeSafetensors(optimizer, metadata),
  };
}

/**
 * @throws SafetensorsError when a file is damaged, or the two are not of one step.
 */
export function checkpointFromBytes(files: {
  readonly model: Uint8Array;
  readonly optimizer: Uint8Array;
}): Checkpoint {
  const model = readSafetensors(files.model);
  const optimizer = readSafetensors(files.optimizer);
  const step = Number(model.metadata.step);
  if (!Number.isInteger(step) || model.metadata.step !== optimizer.metadata.step)
    throw new SafetensorsError(
      `checkpoint: the model is of step ${model.metadata.step} and the optimizer of step ${optimizer.metadata.step}; they must be of one`,
    );
  return { step, model: valuesOf(model), optimizer: valuesOf(optimizer) };
}

function valuesOf({ tensors }: SafetensorsFile): Record<string, Values> {
  return Object.fromEntries(
    [...tensors].map(([path, entry]) => [
      path,
      { shape: entry.shape, data: float32Values(path, entry) },
    ]),
  );
}
