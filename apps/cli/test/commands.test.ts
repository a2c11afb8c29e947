import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleText, workFolder } from "./lm.ts";

const { path, lm } = workFolder();
/** Settings of a neural model that is trained in a moment. */
const small = [
  "--hidden",
  "16",
  "--context",
  "8",
  "--batch-size",
  "4",
  "--steps",
  "12",
  "--threads",
  "1",
];
const families = {
  ngram: ["--tokenizer", "char"],
  feedforward: [...small, "--embedding", "8"],
  rnn: [...small, "--embedding", "8"],
  lstm: [...small, "--embedding", "8"],
  gru: [...small, "--embedding", "8", "--reset", "before"],
  transformer: [...small, "--layers", "1", "--heads", "2"],
};

beforeAll(() => {
  writeFileSync(path("train.txt"), sampleText(200));
  writeFileSync(path("test.txt"), sampleText(20));
  for (const [family, flags] of Object.entries(families)) {
    const { code, stderr } = lm("train", family, "--data", "train.txt", "--out", family, ...flags);
    if (code !== 0) throw new Error(`lm train ${family}: ${stderr}`);
  }
});

describe("every family", () => {
  it("keeps its run in a folder", () => {
    expect(readdirSync(path("ngram")).sort()).toEqual([
      "config.json",
      "model.counts",
      "model.ngram",
      "tokenizer.json",
    ]);
    expect(readdirSync(path("lstm")).sort()).toEqual([
      "config.json",
      "metrics.jsonl",
      "model.safetensors",
      "optimizer.safetensors",
      "tokenizer.json",
      "training.json",
    ]);
    const config = JSON.parse(readFileSync(path("gru/config.json"), "utf8"));
    expect(config).toMatchObject({
      format: 1,
      family: "gru",
      model: { hidden: 16, reset: "before" },
    });
    const metrics = readFileSync(path("lstm/metrics.jsonl"), "utf8").trim().split("\n");
    expect(metrics.map((line) => JSON.parse(line).step)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
  });

  it("is judged by lm eval, all in one JSON document", () => {
    const { code, stdout } = lm(
      "eval",
      ...Object.keys(families),
      "--data",
      "test.txt",
      "--context",
      "window:8",
      "--json",
    );
    expect(code).toBe(0);
    const results = JSON.parse(stdout);
    expect(results.map((result: { family: string }) => result.family)).toEqual(
      Object.keys(families),
    );
    const characters = readFileSync(path("test.txt"), "utf8").length;
    for (const result of results) {
      expect(Object.keys(result)).toEqual([
        "model",
        "family",
        "tokens",
        "unknown",
        "crossEntropy",
        "perplexity",
        "perplexityExcludingUnknown",
        "perplexityWithoutEnd",
        "bitsPerToken",
        "bitsPerCharacter",
        "context",
      ]);
      expect(result).toMatchObject({ tokens: characters - 1, unknown: 0, context: "window:8" });
      expect(result.perplexity).toBeCloseTo(Math.exp(result.crossEntropy), 6);
      expect(result.bitsPerToken).toBeCloseTo(result.crossEntropy / Math.LN2, 9);
      // A character a token, and as many characters as were scored.
      expect(result.bitsPerCharacter).toBeCloseTo(result.bitsPerToken, 9);
    }
    expect(results[0].perplexity).toBeLessThan(results[5].perplexity);
  });

  it.each(Object.keys(families))(
    "%s writes by greedy, sampling and beam search, and scores",
    (family) => {
      const write = (...flags: string[]) => {
        const { code, stdout, stderr } = lm(
          "generate",
          family,
          "--prompt",
          "the ",
          "--max-tokens",
          "8",
          "--json",
          ...flags,
        );
        expect(code, stderr).toBe(0);
        return JSON.parse(stdout);
      };
      const greedy = write("--strategy", "greedy");
      expect(greedy).toMatchObject({ prompt: "the ", finish: "length" });
      expect(greedy.text).toHaveLength(8);
      expect(greedy.tokens).toHaveLength(8);
      expect(write("--strategy", "beam", "--beam-width", "1").text).toBe(greedy.text);
      const sampled = write("--temperature", "0.9", "--top-k", "5", "--seed", "3", "--trace");
      expect(sampled.tokens[0].trace.map(({ step }: { step: string }) => step)).toEqual([
        "model",
        "temperature(0.9)",
        "topK(5)",
      ]);
      expect(write("--temperature", "0.9", "--top-k", "5", "--seed", "3").text).toBe(sampled.text);
      const lines = lm("score", family, "--data", "test.txt").stdout.trimEnd().split("\n");
      expect(lines).toHaveLength(readFileSync(path("test.txt"), "utf8").length - 1);
    },
  );
});

it("lm eval prints a table, sorted as asked for", () => {
  const { stdout } = lm("eval", "gru", "ngram", "--data", "test.txt");
  const [titles, , first, second] = stdout.split("\n");
  expect(titles).toMatch(/^model +family +tokens +unknown +nats\/token +perplexity/);
  expect(first).toMatch(/^gru +gru .* document$/);
  expect(second).toMatch(/^ngram +ngram .* document$/);
});

it("lm generate streams plain text to standard output", () => {
  const { stdout, stderr } = lm(
    "generate",
    "ngram",
    "--prompt",
    "the ",
    "--strategy",
    "greedy",
    "--max-tokens",
    "5",
  );
  expect(stdout).toMatch(/^the .{5}\n$/s);
  expect(stderr).toBe("");
});

it("lm score tells the back-off path of an n-gram", () => {
  const { stdout } = lm("score", "ngram", "--data", "test.txt", "--json");
  const [, second] = JSON.parse(stdout);
  expect(second.log10).toBeCloseTo(second.logProb / Math.LN10, 6);
  const sum = second.path.reduce((total: number, step: { log10: number }) => total + step.log10, 0);
  expect(sum).toBeCloseTo(second.log10, 5);
  expect(second.order).toBe(second.path.at(-1).contextLength + 1);
});

it.each(["window:3", "window:2/1"])("lm score explains %s, from its first token on", (context) => {
  lm("train", "ngram", "--data", "train.txt", "--out", `for ${context.replace("/", "-")}`);
  const model = `for ${context.replace("/", "-")}`;
  const { stdout } = lm("score", model, "--data", "test.txt", "--context", context, "--json");
  const lines = JSON.parse(stdout);
  expect(lines.length).toBeGreaterThan(50);
  for (const { log10, path: steps, order } of lines) {
    const sum = steps.reduce((total: number, step: { log10: number }) => total + step.log10, 0);
    expect(sum).toBeCloseTo(log10, 5);
    expect(order).toBe(steps.at(-1).contextLength + 1);
  }
});

it("lm inspect shows what is in a folder and in files", () => {
  const facts = JSON.parse(lm("inspect", "transformer", "--json").stdout);
  expect(facts).toMatchObject({
    family: "transformer",
    model: { width: 16 },
    training: { stepsDone: 12 },
  });
  const names = facts.tensors.map(({ name }: { name: string }) => name);
  expect(names).toContain("transformer.h.0.attn.c_attn.weight");
  const file = JSON.parse(lm("inspect", "transformer/model.safetensors", "--json").stdout);
  expect(file.parameters).toBe(facts.parameters);
  expect(lm("inspect", "ngram").stdout).toContain("order");
});

it("lm export and lm import take a Transformer to Hugging Face's form and back, bit for bit", () => {
  expect(lm("export", "transformer", "--format", "hf", "--out", "hf").code).toBe(0);
  const config = JSON.parse(readFileSync(path("hf/config.json"), "utf8"));
  expect(config).toMatchObject({
    model_type: "gpt2",
    n_layer: 1,
    n_head: 2,
    n_embd: 16,
    n_positions: 8,
  });
  expect(lm("import", "hf", "--out", "back").code).toBe(0);
  const evaluate = (folder: string) =>
    JSON.parse(lm("eval", folder, "--data", "test.txt", "--json").stdout)[0].crossEntropy;
  expect(evaluate("back")).toBe(evaluate("transformer"));
});

it("lm export writes an ARPA file that lm import reads to the same scores", () => {
  lm("train", "ngram", "--data", "train.txt", "--out", "words", "--order", "4");
  expect(lm("export", "words", "--format", "arpa", "--out", "words.arpa").code).toBe(0);
  expect(lm("import", "words.arpa", "--out", "arpa").code).toBe(0);
  const evaluate = (folder: string) =>
    JSON.parse(lm("eval", folder, "--data", "test.txt", "--json").stdout)[0];
  expect(evaluate("arpa").crossEntropy).toBe(evaluate("words").crossEntropy);
  expect(evaluate("arpa").context).toBe("sentence");
  expect(lm("inspect", "words.arpa").stdout).toContain("order: 4");
});

it("lm export writes the weights alone", () => {
  expect(lm("export", "lstm", "--format", "safetensors", "--out", "lstm.safetensors").code).toBe(0);
  expect(readFileSync(path("lstm.safetensors"))).toEqual(
    readFileSync(path("lstm/model.safetensors")),
  );
  expect(existsSync(path("lstm.safetensors.next"))).toBe(false);
});
