import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { readSafetensors, SafetensorsError } from "@lm/tensor";
import { type Checkpoint, checkpointFromBytes, checkpointToBytes } from "../checkpoint.ts";

/**
 * A checkpoint in a run's folder is three files that must be of one step. They are written aside and synced; then the rename
 * of `training.json`, which names the step, makes the new ones count, and the others follow. Whenever the process is
 * killed, the files of the step that `training.json` names are there, under their own name or still aside.
 */
const MODEL = "model.safetensors";
const OPTIMIZER = "optimizer.safetensors";
const TRAINING = "training.json";

const aside = (path: string) => `${path}.next`;

/** What `training.json` says of a run. */
export interface TrainingRecord {
  /** Steps done. */
  readonly step: number;
  readonly [field: string]: unknown;
}

/** Bytes, text, or text in pieces. */
type Contents = Uint8Array | string | Iterable<string>;

/** Writes a file so that it is there in full or not at all. */
export function writeFileAtomically(path: string, contents: Contents): void {
  writeAside(path, contents);
  renameSync(aside(path), path);
}

function writeAside(path: string, contents: Contents): void {
  const file = openSync(aside(path), "w");
  try {
    const pieces =
      typeof contents === "string" || contents instanceof Uint8Array ? [contents] : contents;
    for (const piece of pieces) {
      const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Saves a checkpoint, with whatever `record` adds to `training.json`. */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint, record: object = {}): void {
  const files = checkpointToBytes(checkpoint);
  writeAside(join(folder, MODEL), files.model);
  writeAside(join(folder, OPTIMIZER), files.optimizer);
  const training: TrainingRecord = { step: checkpoint.step, ...record };
  writeFileAtomically(join(folder, TRAINING), `${JSON.stringify(training, null, 2)}\n`);
  for (const name of [MODEL, OPTIMIZER]) renameSync(aside(join(folder, name)), join(folder, name));
}

/**
 * Finishes a save that was interrupted after it had come to count, so that the files of a run's folder are of one step.
 * Undefined where no checkpoint was finished yet.
 */
export function recoverRun(folder: string): TrainingRecord | undefined {
  const path = join(folder, TRAINING);
  if (!existsSync(path)) return undefined;
  const record = JSON.parse(readFileSync(path, "utf8")) as TrainingRecord;
  for (const name of [MODEL, OPTIMIZER]) {
    const file = join(folder, name);
    if (!existsSync(aside(file))) continue;
    // What is aside and of another step belongs to a save that never came to count.
    if (stepOf(aside(file)) === record.step) renameSync(aside(file), file);
    else rmSync(aside(file));
  }
  return record;
}

/** The step that a file of a checkpoint is marked with; undefined where the file is not complete. */
function stepOf(path: string): number | undefined {
  try {
    return Number(readSafetensors(readFileSync(path)).metadata.step);
  } catch (error) {
    if (error instanceof SafetensorsError) return undefined;
    throw error;
  }
}

/**
 * The last checkpoint of a folder and what `training.json` says, or undefined where none was finished yet.
 * @throws SafetensorsError when a file is damaged.
 */
export function loadCheckpoint(
  folder: string,
): { readonly checkpoint: Checkpoint; readonly record: TrainingRecord } | undefined {
  const record = recoverRun(folder);
  if (!record) return undefined;
  const checkpoint = checkpointFromBytes({
    model: readFileSync(join(folder, MODEL)),
    optimizer: readFileSync(join(folder, OPTIMIZER)),
  });
  return { checkpoint, record };
}
