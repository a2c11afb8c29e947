import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SafetensorsError } from "@lm/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Checkpoint } from "../checkpoint.ts";
import { loadCheckpoint, recoverRun, saveCheckpoint, writeFileAtomically } from "./run-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lm run folder "));
});
afterEach(() => rmSync(folder, { recursive: true }));

const checkpoint = (step: number): Checkpoint => ({
  step,
  model: { w: { shape: [2], data: Float32Array.of(step, -step) } },
  optimizer: { "mean.w": { shape: [2], data: Float32Array.of(0, step) } },
});
const path = (name: string) => join(folder, name);

describe("a run's folder", () => {
  it("gives back what was saved, and what the record says beside", () => {
    saveCheckpoint(folder, checkpoint(7), { seed: 1 });
    expect(loadCheckpoint(folder)).toEqual({
      checkpoint: checkpoint(7),
      record: { step: 7, seed: 1 },
    });
    expect(readdirSync(folder).sort()).toEqual([
      "model.safetensors",
      "optimizer.safetensors",
      "training.json",
    ]);
  });

  it("is empty before the first checkpoint", () => {
    expect(loadCheckpoint(folder)).toBeUndefined();
    writeFileSync(path("model.safetensors.next"), "half");
    expect(loadCheckpoint(folder)).toBeUndefined();
  });

  /** The states that a kill can leave while step 2 is saved over step 1, in order. */
  const interruptions: readonly (readonly [string, number, () => void])[] = [
    ["half of the model aside", 1, () => writeFileSync(path("model.safetensors.next"), "half")],
    ["the model aside", 1, () => stash(["model.safetensors"])],
    ["both aside", 1, () => stash(["model.safetensors", "optimizer.safetensors"])],
    ["the record changed", 2, () => stash(["model.safetensors", "optimizer.safetensors"], true)],
    [
      "the model renamed",
      2,
      () => {
        stash(["model.safetensors", "optimizer.safetensors"], true);
        renameSync(path("model.safetensors.next"), path("model.safetensors"));
      },
    ],
  ];

  /** Leaves files of step 2 aside, and step 1 in place; perhaps with the record of step 2. */
  function stash(names: readonly string[], withRecord = false): void {
    saveCheckpoint(folder, checkpoint(2));
    const next = new Map(names.map((name) => [name, readFileSync(path(name))]));
    const record = readFileSync(path("training.json"));
    saveCheckpoint(folder, checkpoint(1));
    for (const [name, bytes] of next) writeFileSync(path(`${name}.next`), bytes);
    if (withRecord) writeFileSync(path("training.json"), record);
  }

  it.each(interruptions)("killed with %s is at step %i, whole", (_, step, interrupt) => {
    saveCheckpoint(folder, checkpoint(1));
    interrupt();
    expect(recoverRun(folder)?.step).toBe(step);
    expect(loadCheckpoint(folder)?.checkpoint).toEqual(checkpoint(step));
    expect(readdirSync(folder).some((name) => name.endsWith(".next"))).toBe(false);
  });

  it("refuses files of two steps, and damaged ones", () => {
    saveCheckpoint(folder, checkpoint(1));
    const model = readFileSync(path("model.safetensors"));
    saveCheckpoint(folder, checkpoint(2));
    writeFileSync(path("model.safetensors"), model);
    expect(() => loadCheckpoint(folder)).toThrow(
      "the model is of step 1 and the optimizer of step 2",
    );
    writeFileSync(path("model.safetensors"), model.subarray(0, 20));
    expect(() => loadCheckpoint(folder)).toThrow(SafetensorsError);
  });
});

it("writeFileAtomically leaves nothing aside", () => {
  writeFileAtomically(path("config.json"), "{}");
  expect(readFileSync(path("config.json"), "utf8")).toBe("{}");
  expect(existsSync(path("config.json.next"))).toBe(false);
  writeFileAtomically(path("pieces.txt"), ["é", "", "tude\n"]);
  expect(readFileSync(path("pieces.txt"), "utf8")).toBe("étude\n");
});
