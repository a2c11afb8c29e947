import { readdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleText, workFolder } from "./lm.ts";

const { path, lm } = workFolder();
const files = ["--data", "test.txt", "--tune", "valid.txt"];

beforeAll(() => {
  const lines = sampleText(600).split("\n");
  writeFileSync(path("train.txt"), `${lines.slice(0, 400).join("\n")}\n`);
  writeFileSync(path("valid.txt"), `${lines.slice(400, 500).join("\n")}\n`);
  writeFileSync(path("test.txt"), `${lines.slice(500).join("\n")}`);
  writeFileSync(path("one.txt"), "a");
  for (const args of [
    ["ngram", "--out", "kn", "--order", "4", "--tokenizer", "char"],
    ["lstm", "--out", "lstm", "--tokenizer", "kn", "--steps", "150", "--threads", "1"],
    ["ngram", "--out", "words"],
    ["ngram", "--out", "scores", "--tokenizer", "kn", "--smoothing", "stupid-backoff"],
  ]) {
    const { code, stderr } = lm("train", args[0]!, "--data", "train.txt", ...args.slice(1));
    if (code !== 0) throw new Error(stderr);
  }
});

const mixed = (...args: string[]) => {
  const { code, stdout, stderr } = lm("eval", ...args, "--mixture", "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as {
    model: string;
    weight?: number;
    crossEntropy: number;
    context: string;
  }[];
};

describe("lm eval --mixture", () => {
  it("beats both a Kneser–Ney model and an LSTM, with weights fitted on other text", () => {
    const results = mixed("kn", "lstm", ...files);
    expect(results.map(({ model }) => model)).toEqual(["kn", "lstm", "mixture"]);
    const [kn, lstm, mixture] = results.map(({ crossEntropy }) => crossEntropy);
    expect(mixture).toBeLessThan(Math.min(kn!, lstm!));
    const [first, second] = results.map(({ weight }) => weight);
    expect(first! + second!).toBeCloseTo(1, 9);
    expect(first).toBeGreaterThan(0.05);
    expect(second).toBeGreaterThan(0.05);
  });

  it("takes weights that are given; with all on one model it is that model", () => {
    const [kn, , mixture] = mixed("kn", "lstm", "--data", "test.txt", "--weights", "1 0");
    expect(mixture!.crossEntropy).toBeCloseTo(kn!.crossEntropy, 6);
  });

  it("mixes in a cache, on the document", () => {
    const results = mixed("words", ...files, "--cache", "50", "--cache-decay", "0.99");
    expect(results.map(({ model }) => model)).toEqual(["words", "cache", "mixture"]);
    expect(results[2]!.context).toBe("document");
    expect(results[2]!.crossEntropy).toBeLessThanOrEqual(results[0]!.crossEntropy + 1e-3);
  });

  it("reads sentences where all its models do", () => {
    expect(mixed("words", "words", ...files).map(({ context }) => context)).toEqual([
      "sentence",
      "sentence",
      "sentence",
    ]);
  });

  it("prints weights in its table and says where they come from", () => {
    const { stdout, stderr } = lm("eval", "kn", "kn", "--mixture", ...files);
    expect(stdout).toMatch(/^model +family +weight/);
    expect(stdout).toMatch(/^kn +ngram +0\.5000/m);
    expect(stderr).toMatch(
      /^weights fitted on valid\.txt: .* nats a token after \d+ rounds of EM$/m,
    );
  });

  it.each([
    [
      ["kn", "words", "--mixture", ...files],
      /^lm: words: has another vocabulary than kn \(\d+ tok/,
    ],
    [["kn", "--data", "test.txt", "--mixture"], "--mixture needs its weights"],
    [["kn", ...files], "--tune is for --mixture"],
    [["kn", "--data", "test.txt", "--cache", "5"], "--cache is for --mixture"],
    [["kn", "--mixture", ...files, "--cache-decay", "1"], "--cache-decay is for --cache"],
    [["kn", "--mixture", ...files, "--cache", "5", "--cache-decay", "2"], "decay is 2"],
    [["kn", "--mixture", ...files, "--weights", "1"], "--mixture needs its weights"],
    [
      ["kn", "--data", "test.txt", "--mixture", "--weights", "0.5"],
      "--weights: mixture: the weigh",
    ],
    [["kn", "--data", "test.txt", "--mixture", "--weights", "half"], "'--weights <list>' argument"],
    [["kn", "--data", "test.txt", "--mixture", "--tune", "none.txt"], "none.txt: no such file"],
    [
      ["kn", "--data", "test.txt", "--mixture", "--tune", "one.txt"],
      "one.txt: the text has one token",
    ],
    [["kn", "scores", "--mixture", ...files], "scores that do not sum to one"],
  ])("refuses %j", (args, message) => {
    const before = readdirSync(path("."));
    const { code, stdout, stderr } = lm("eval", ...args);
    expect(stderr.trimEnd().split("\n"), stderr).toHaveLength(1);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(readdirSync(path("."))).toEqual(before);
  });
});
