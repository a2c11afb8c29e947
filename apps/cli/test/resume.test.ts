import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleText, workFolder } from "./lm.ts";

const { path, lm, start } = workFolder();

beforeAll(() => writeFileSync(path("train.txt"), sampleText(300)));

const common = [
  "--data",
  "train.txt",
  "--batch-size",
  "4",
  "--context",
  "16",
  "--dropout",
  "0.1",
  "--checkpoint-every",
  "5",
];
const families = {
  lstm: ["--hidden", "24", "--embedding", "12", "--layers", "2"],
  transformer: ["--hidden", "24", "--heads", "2", "--layers", "2"],
};

describe.each(Object.entries(families))("a run of %s that is killed", (family, flags) => {
  const train = (out: string, ...more: string[]) => [
    "train",
    family,
    ...common,
    ...flags,
    "--steps",
    "600",
    "--threads",
    "1",
    "--out",
    out,
    ...more,
  ];
  const stepOf = (out: string): number =>
    existsSync(path(`${out}/training.json`))
      ? JSON.parse(readFileSync(path(`${out}/training.json`), "utf8")).step
      : 0;

  it("ends, after --resume, in the same weights byte for byte", async () => {
    expect(lm(...train(`${family}-whole`)).code).toBe(0);
    const killed = `${family}-killed`;
    const process = start(...train(killed));
    while (stepOf(killed) < 20 && process.exitCode === null) await setTimeout(5);
    process.kill("SIGKILL");
    await new Promise((resolve) =>
      process.exitCode === null && process.signalCode === null
        ? process.on("exit", resolve)
        : resolve(0),
    );
    const reached = stepOf(killed);
    expect(reached).toBeGreaterThanOrEqual(20);
    expect(reached).toBeLessThan(600);
    // Once more, in the middle of the rest.
    const { stderr } = lm(
      "train",
      family,
      "--data",
      "train.txt",
      "--out",
      killed,
      "--resume",
      "--threads",
      "1",
    );
    expect(stderr).toContain(`going on after step ${reached}`);
    for (const name of [
      "model.safetensors",
      "optimizer.safetensors",
      "training.json",
      "metrics.jsonl",
    ])
      expect(
        readFileSync(path(`${killed}/${name}`)).equals(
          readFileSync(path(`${family}-whole/${name}`)),
        ),
        name,
      ).toBe(true);
    expect(lm(...train(killed, "--resume")).stderr).toContain("all 600 steps are done");
  });
});
