import { writeFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { backends } from "../src/backends.ts";
import { sampleText, workFolder } from "./lm.ts";

const { path, lm } = workFolder();

describe("--backend native", () => {
  beforeAll(() => writeFileSync(path("train.txt"), sampleText(40)));
  afterEach(() => vi.unstubAllEnvs());

  it("trains, and judges as cpu does", () => {
    const train = ["train", "lstm", "--data", "train.txt", "--out", "lstm", "--steps", "5"];
    expect(lm(...train, "--backend", "native")).toMatchObject({ code: 0 });
    const [native, cpu] = ["native", "cpu"].map((backend) => {
      const { stdout } = lm("eval", "lstm", "--data", "train.txt", "--json", "--backend", backend);
      return JSON.parse(stdout)[0].crossEntropy as number;
    });
    expect(native).toBeCloseTo(cpu!, 4);
  });

  it("says what to install where there is no library", async () => {
    vi.stubEnv("LM_BLAS", "/no/such/blas.so");
    await expect(backends.native({ threads: 1 })).rejects.toMatchObject({
      name: "InputError",
      message: expect.stringMatching(/^native: found no BLAS .*\/no\/such\/blas\.so.*install one/),
    });
  });
});
