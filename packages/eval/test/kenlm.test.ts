import { readFileSync } from "node:fs";
import type { LanguageModel } from "@lm/model";
import { Vocabulary } from "@lm/text";
import { expect, it } from "vitest";
import { describeShared } from "../../../tools/shared.ts";
import { evaluate } from "../src/index.ts";

const NUMBER = /-?[\d.]+(?:e-?\d+)?/.source;

/** KenLM's per-word output as a text and a model that answers what KenLM answered. */
function recorded(output: string): { ids: Int32Array; model: LanguageModel } {
  const sentences = output
    .split("\n")
    .filter((line) => line.includes("Total: "))
    .map((line) =>
      [...line.matchAll(new RegExp(`=(\\d+) \\d+ (${NUMBER})(?=\t)`, "g"))].map(
        ([, id, log10]) => [Number(id), Number(log10)] as const,
      ),
    );
  const ids = sentences.flatMap((sentence) => sentence.map(([id]) => id));
  const answers = new Map(
    sentences.map((sentence) => [
      sentence.map(([id]) => id).join(),
      Float32Array.from(sentence, ([, log10]) => log10 * Math.LN10),
    ]),
  );
  // KenLM's ids: 0 is <unk>, 1 is <s>, 2 is </s>.
  const names = Array.from({ length: Math.max(...ids) - 2 }, (_, i) => `word ${i}`);
  const model: LanguageModel = {
    vocabulary: new Vocabulary(["<unk>", "<s>", "</s>", ...names]),
    contextLength: Number.POSITIVE_INFINITY,
    score: (sequences) => sequences.map((sequence) => answers.get(sequence.slice(1).join())!),
    start: unused,
    advance: unused,
    select: unused,
  };
  return { ids: Int32Array.from(ids), model };
}

function unused(): never {
  throw new Error("only score is recorded");
}

const files = ["o2", "o3", "o4.fb", "o5.fb"].map(
  (name) => `reference/kenlm/ts1500.${name}.scores.txt`,
);

describeShared("evaluate counts as KenLM does", files, (...paths) => {
  it.each(paths)("%s", async (path) => {
    const output = readFileSync(path, "utf8");
    const summary = (name: string) =>
      Number(new RegExp(`^${name}:\t(${NUMBER})$`, "m").exec(output)![1]);
    const { ids, model } = recorded(output);
    const result = await evaluate(model, ids, { context: "sentence" });
    expect(result.tokens).toBe(summary("Tokens"));
    expect(result.unknown).toBe(summary("OOVs"));
    // The logarithms of the words are printed with eight digits at most.
    expect(result.perplexity / summary("Perplexity including OOVs")).toBeCloseTo(1, 6);
    expect(result.perplexityExcludingUnknown! / summary("Perplexity excluding OOVs")).toBeCloseTo(
      1,
      6,
    );
  });
});
