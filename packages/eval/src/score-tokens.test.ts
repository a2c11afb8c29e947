import { type LanguageModel, scoreSequences } from "@lm/model";
import { contextModel, countStates, markovChain, randomMarkovChain } from "@lm/model/testing";
import { Generator } from "@lm/random";
import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EvaluationContext } from "./context.ts";
import { scoreTokens } from "./score-tokens.ts";

const letters = new Vocabulary(["a", "b", "c"]);
const words = new Vocabulary(["<unk>", "<s>", "</s>", "a", "b", "c"]);

/** Says of any token how many tokens it has seen before it: log p = −(their number). */
function contextCounter(
  vocabulary: Vocabulary,
  options: { contextLength?: number; maximumLength?: number } = {},
): LanguageModel {
  return contextModel({
    vocabulary,
    contextLength: Number.POSITIVE_INFINITY,
    ...options,
    probabilities: ({ length }) => vocabulary.tokens.map(() => Math.exp(-length)),
  });
}

async function seen(model: LanguageModel, ids: readonly number[], context: EvaluationContext) {
  const scores = await scoreTokens(model, Int32Array.from(ids), { context });
  return {
    tokens: [...scores.tokens],
    context: scores.context,
    seen: [...scores.logProbs].map((x) => Math.round(-x)),
  };
}

describe("scoreTokens", () => {
  it("reads a document from its start token to its end", async () => {
    const ids = [3, 4, 2, 3, 2];
    expect(await seen(contextCounter(words), ids, "document")).toEqual({
      tokens: ids,
      seen: [1, 2, 3, 4, 5],
      context: "document",
    });
  });

  it("reads each sentence on its own, a last one without </s> too", async () => {
    const ids = [3, 4, 2, 2, 5, 4, 3, 2, 3];
    expect(await seen(contextCounter(words), ids, "sentence")).toEqual({
      tokens: ids,
      seen: [1, 2, 3, 1, 1, 2, 3, 4, 1],
      context: "sentence",
    });
  });

  it("takes the first token for context where the vocabulary has no sentences", async () => {
    expect(await seen(contextCounter(letters), [0, 1, 2, 1], "document")).toEqual({
      tokens: [1, 2, 1],
      seen: [1, 2, 3],
      context: "document",
    });
  });

  it.each([
    [{ window: 4 }, "window:4", [1, 2, 3, 4, 1, 2, 3, 4, 1]],
    [{ window: 4, stride: 2 }, "window:4/2", [1, 2, 3, 4, 3, 4, 3, 4, 3]],
    [{ window: 3, stride: 1 }, "window:3/1", [1, 2, 3, 3, 3, 3, 3, 3, 3]],
    [{ window: 20 }, "window:20", [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])("reads windows %j", async (context, written, expected) => {
    const ids = [3, 4, 2, 3, 5, 5, 3, 2, 4];
    expect(await seen(contextCounter(words), ids, context)).toEqual({
      tokens: ids,
      seen: expected,
      context: written,
    });
  });

  it("cuts a document that the model cannot read at once into windows half of which are context", async () => {
    const model = contextCounter(letters, { maximumLength: 5 });
    const { seen: lengths, context } = await seen(model, [0, 1, 2, 1, 0, 1, 2, 1, 0], "document");
    expect(lengths).toEqual([1, 2, 3, 4, 5, 4, 5, 4]);
    expect(context).toBe("document (window:5/2)");
  });

  it("cuts it likewise where the model says that its context ends there, too", async () => {
    const model = contextCounter(letters, { contextLength: 5, maximumLength: 5 });
    const { seen: lengths, context } = await seen(model, [0, 1, 2, 1, 0, 1, 2, 1, 0], "document");
    expect(lengths).toEqual([1, 2, 3, 4, 5, 4, 5, 4]);
    expect(context).toBe("document (window:5/2)");
  });

  it("does not cut a document that just fits", async () => {
    const model = contextCounter(letters, { maximumLength: 5 });
    const { seen: lengths, context } = await seen(model, [0, 1, 2, 1, 0, 1], "document");
    expect(lengths).toEqual([1, 2, 3, 4, 5]);
    expect(context).toBe("document");
  });

  it("cuts sentences that the model cannot read at once, and says so", async () => {
    const model = contextCounter(words, { maximumLength: 2 });
    const ids = [3, 2, 3, 4, 5, 2];
    expect((await seen(model, ids, "sentence")).seen).toEqual([1, 2, 1, 2, 2, 2]);
    expect((await seen(model, ids, "sentence")).context).toBe("sentence (window:2/1)");
    expect((await seen(model, ids.slice(0, 2), "sentence")).context).toBe("sentence");
  });

  it("gives a model with a short context all of it, however long the text", async () => {
    const ids = Array.from({ length: 40_000 }, (_, i) => i % 3);
    let longest = 0;
    const counter = contextCounter(letters, { contextLength: 3 });
    const model: LanguageModel = {
      ...counter,
      score(sequences) {
        longest = Math.max(longest, ...sequences.map(({ length }) => length));
        return scoreSequences(counter, sequences);
      },
    };
    const { seen: lengths, context } = await seen(model, ids, "document");
    expect([lengths.slice(0, 3), new Set(lengths.slice(2)), context]).toEqual([
      [1, 2, 3],
      new Set([3]),
      "document",
    ]);
    expect(longest).toBe(2 ** 13 + 4);
  });

  it("is exact for a Markov chain however the text is cut", async () => {
    const chain = randomMarkovChain(words, new Generator(5));
    const limited = { ...chain, maximumLength: 4 };
    const unlimited = { ...chain, contextLength: Number.POSITIVE_INFINITY };
    const texts = fc.array(fc.constantFrom(0, 2, 3, 4, 5), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 7 }), fc.nat(), async (ids, window, n) => {
        const text = Int32Array.from(ids);
        const contexts = ["sentence", "document", { window, stride: 1 + (n % window) }] as const;
        const results = await Promise.all([
          ...contexts.map((context) => scoreTokens(chain, text, { context })),
          scoreTokens(limited, text, { context: "document" }),
          scoreTokens(unlimited, text, { context: "document" }),
        ]);
        for (const { logProbs } of results) expect(logProbs).toEqual(results[0]!.logProbs);
      }),
    );
  });

  it.each([
    ["nothing", words, [], "document", "the text has no tokens"],
    ["one token without a start", letters, [1], "document", "the text has one token"],
    ["sentences that there are not", letters, [0, 1], "sentence", "has no </s>"],
    ["ids of another model", letters, [0, 3], "document", "token 1 of the text has the id 3"],
    ["negative ids", letters, [-1, 0], "document", "token 0 of the text has the id -1"],
    ["windows without a token", letters, [0, 1], { window: 0 }, "it needs 1 or more"],
    ["windows with gaps", letters, [0, 1], { window: 2, stride: 3 }, "must be 1 to 2"],
  ] as const)("refuses %s", async (_, vocabulary, ids, context, message) => {
    const scores = scoreTokens(contextCounter(vocabulary), Int32Array.from(ids), { context });
    await expect(scores).rejects.toThrow(message);
  });

  it("refuses windows longer than the model can read", async () => {
    const model = contextCounter(letters, { maximumLength: 4 });
    const score = (window: number) =>
      scoreTokens(model, Int32Array.of(0, 1, 2), { context: { window } });
    expect((await score(4)).logProbs.length).toBe(2);
    await expect(score(5)).rejects.toThrow("the model can read no more than 4");
  });

  it("names the token of which a model gives NaN", async () => {
    const nan = contextModel({
      vocabulary: letters,
      contextLength: 1,
      probabilities: ([last]) => (last === 2 ? [Number.NaN, 0, 0] : [0, 0, 1]),
    });
    const scores = scoreTokens(nan, Int32Array.of(1, 2, 0), { context: "document" });
    await expect(scores).rejects.toThrow('NaN as the log-probability of "a", scored token 1 of 2');
  });

  it("works in batches of bounded size, tells how far it is, and can be stopped", async () => {
    const { model, live } = countStates(markovChain(letters, Array(3).fill([0.5, 0.25, 0.25])));
    const ids = Int32Array.from({ length: 20_001 }, (_, i) => i % 3);
    const context = { window: 10 };
    const reported: number[] = [];
    await scoreTokens(model, ids, { context, onProgress: ({ done }) => reported.push(done) });
    // 8192 tokens hold 744 windows of 11.
    expect(reported).toEqual([7440, 14880, 20_000]);

    const controller = new AbortController();
    const stopped = scoreTokens(model, ids, {
      context,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
    expect(live()).toBe(0);
  });

  it("lets a timer stop it, though the model never waits", async () => {
    const chain = markovChain(letters, Array(3).fill([0.5, 0.25, 0.25]));
    const model: LanguageModel = { ...chain, contextLength: Number.POSITIVE_INFINITY };
    const ids = new Int32Array(2_000_000);
    const signal = AbortSignal.timeout(20);
    await expect(scoreTokens(model, ids, { context: "document", signal })).rejects.toThrow(
      "timeout",
    );
  });
});
