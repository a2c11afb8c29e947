import { type LanguageModel, scoreSequences } from "@lm/model";
import { contextModel, countStates, randomMarkovChain } from "@lm/model/testing";
import { Generator } from "@lm/random";
import { characterTokenizer, type Vocabulary, wordTokenizer } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complete } from "../complete.ts";
import { beamSearch } from "./beam-search.ts";
import { type LengthPenalty, meanPenalty, noPenalty, wuPenalty } from "./length-penalty.ts";

const words = wordTokenizer("a b");
const letters = characterTokenizer("abc");

/** A model whose predictions depend on all tokens read. */
function deepModel(vocabulary: Vocabulary, seed: number): LanguageModel {
  return contextModel({
    vocabulary,
    contextLength: Number.POSITIVE_INFINITY,
    probabilities(context) {
      const generator = new Generator(
        context.reduce((sum, token) => (sum * 31 + token + 1) % 1e6, seed),
      );
      const weights = vocabulary.tokens.map((_, id) =>
        id === vocabulary.bos ? 0 : generator.uniform() ** 2,
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight) => weight / total);
    },
  });
}

/** Every text after `</s>` that ends there or has `maxTokens` tokens, best first. */
async function exhaustive(model: LanguageModel, maxTokens: number, penalty: LengthPenalty) {
  const { eos, size } = model.vocabulary;
  const complete: number[][] = [];
  let open: number[][] = [[]];
  for (let length = 1; length <= maxTokens; length++) {
    const longer = open.flatMap((tokens) =>
      Array.from({ length: size }, (_, id) => [...tokens, id]),
    );
    const ends = (tokens: readonly number[]) => tokens.at(-1) === eos || length === maxTokens;
    complete.push(...longer.filter(ends));
    open = longer.filter((tokens) => !ends(tokens));
  }
  const scores = await scoreSequences(
    model,
    complete.map((tokens) => Int32Array.of(eos!, ...tokens)),
  );
  return complete
    .map((tokens, i) => {
      const logProb = scores[i]!.reduce((sum, x) => sum + x, 0);
      return { tokens, logProb, score: logProb / penalty(tokens.length) };
    })
    .filter(({ logProb }) => logProb > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.score - a.score);
}

const EVERYTHING = 10_000;
const penalties = fc.constantFrom(noPenalty, meanPenalty, wuPenalty(0.6), wuPenalty(2));
const seeds = fc.nat(1e6);
const models = fc.oneof(
  seeds.map((seed) => randomMarkovChain(words.vocabulary, new Generator(seed)) as LanguageModel),
  seeds.map((seed) => deepModel(words.vocabulary, seed)),
);

describe("beamSearch", () => {
  it("that follows everything finds the best texts there are", async () => {
    await fc.assert(
      fc.asyncProperty(
        models,
        penalties,
        fc.integer({ min: 1, max: 4 }),
        async (model, penalty, maxTokens) => {
          const expected = await exhaustive(model, maxTokens, penalty);
          const found = await beamSearch(model, words, "", {
            width: EVERYTHING,
            lengthPenalty: penalty,
            maxTokens,
          });
          expect(found.length).toBe(expected.length);
          for (const [i, { score, logProb, tokens }] of found.entries()) {
            // The oracle adds in float32.
            expect(score).toBeCloseTo(expected[i]!.score, 4);
            expect(score).toBe(logProb / penalty(tokens.length));
          }
          expect(found[0]!.tokens).toEqual(expected[0]!.tokens);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("of width 1 is greedy", async () => {
    await fc.assert(
      fc.asyncProperty(models, penalties, async (model, lengthPenalty) => {
        const greedy = await complete(model, words, "a", { maxTokens: 12 });
        const [only, ...others] = await beamSearch(model, words, "a", {
          width: 1,
          lengthPenalty,
          maxTokens: 12,
        });
        expect(others).toEqual([]);
        expect(only).toMatchObject({
          text: greedy.text,
          tokens: greedy.tokens,
          finish: greedy.finish,
        });
      }),
    );
  });

  it("finds no worse text with a wider beam, two tokens deep", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const model = deepModel(letters.vocabulary, seed);
        const scores: number[] = [];
        for (const width of [1, 2, 3, 4])
          scores.push((await beamSearch(model, letters, "a", { width, maxTokens: 2 }))[0]!.score);
        expect(scores).toEqual(scores.toSorted((a, b) => a - b));
      }),
    );
  });

  it("finds the best text with any width where the tokens do not depend on each other", async () => {
    const model = contextModel({
      vocabulary: letters.vocabulary,
      contextLength: 0,
      probabilities: () => [0.1, 0.2, 0.4, 0.3],
    });
    for (const width of [1, 2, 5]) {
      const [best] = await beamSearch(model, letters, "a", { width, maxTokens: 6 });
      expect(best!.text).toBe("bbbbbb");
      expect(best!.score).toBeCloseTo(6 * Math.log(0.4), 5);
    }
  });

  it("finds what greedy decoding misses", async () => {
    // After a: b (0.6) leads to 0.5 at most, c (0.4) to 1.
    const model = contextModel({
      vocabulary: letters.vocabulary,
      contextLength: 1,
      probabilities: ([last]) =>
        [
          [1, 0, 0, 0],
          [0, 0, 0.6, 0.4],
          [0, 0.5, 0.5, 0],
          [0, 0, 0, 1],
        ][last!]!,
    });
    const search = (width: number) => beamSearch(model, letters, "a", { width, maxTokens: 2 });
    expect((await search(1)).map(({ text }) => text)).toEqual(["ba"]);
    // Equal texts in the order of their tokens.
    expect((await search(4)).map(({ text }) => text)).toEqual(["cc", "ba", "bb"]);
    expect((await search(2)).map(({ text, logProb }) => [text, Math.exp(logProb)])).toEqual([
      ["cc", expect.closeTo(0.4, 6)],
      ["ba", expect.closeTo(0.3, 6)],
    ]);
  });

  it("favours longer texts the higher the penalty", async () => {
    const model = contextModel({
      vocabulary: words.vocabulary,
      contextLength: 0,
      probabilities: () => [0, 0, 0.4, 0.6, 0],
    });
    const length = async (lengthPenalty: LengthPenalty, width: number) =>
      (await beamSearch(model, words, "", { width, lengthPenalty, maxTokens: 8 }))[0]!.tokens
        .length;
    expect(await length(noPenalty, 8)).toBe(1);
    expect(await length(meanPenalty, 8)).toBe(8);
    // The list is full long before the best text has its length.
    expect(await length(meanPenalty, 2)).toBe(8);
  });

  it("ends at a stop string, whose text is cut off", async () => {
    const model = contextModel({
      vocabulary: letters.vocabulary,
      contextLength: 1,
      probabilities: ([last]) =>
        [
          [1, 0, 0, 0],
          [0, 0, 0.9, 0.1],
          [0, 0, 0.2, 0.8],
          [0, 1, 0, 0],
        ][last!]!,
    });
    const found = await beamSearch(model, letters, "a", { width: 3, maxTokens: 9, stop: ["ca"] });
    expect(found.map(({ text, finish }) => [text, finish])).toEqual([
      ["b", "stop"],
      ["bb", "stop"],
      ["", "stop"],
    ]);
    expect(found[0]!.tokens.length).toBe(3);
  });

  it("goes on after </s> where asked", async () => {
    const model = randomMarkovChain(words.vocabulary, new Generator(3));
    const found = await beamSearch(model, words, "", { width: 3, maxTokens: 7, ignoreEos: true });
    for (const { finish, tokens } of found) expect([finish, tokens.length]).toEqual(["length", 7]);
  });

  it("stops as soon as nothing can enter the list", async () => {
    let advances = 0;
    const model = contextModel({
      vocabulary: words.vocabulary,
      contextLength: 0,
      probabilities() {
        advances++;
        return [0, 0, 0.4, 0.6, 0];
      },
    });
    const found = await beamSearch(model, words, "", { width: 2, maxTokens: 500 });
    // </s> 0.4 and a </s> 0.24; a a a has 0.216 left.
    expect(found.map(({ tokens }) => tokens)).toEqual([[2], [3, 2]]);
    expect(advances).toBe(3);
  });

  it("releases every state, also when it fails", async () => {
    const { model, live } = countStates(deepModel(words.vocabulary, 4));
    await beamSearch(model, words, "a", { width: 4, maxTokens: 10, ignoreEos: true });
    expect(live()).toBe(0);
    const failing: typeof model = {
      ...model,
      select() {
        throw new Error("lost");
      },
    };
    await expect(beamSearch(failing, words, "a", { width: 4, ignoreEos: true })).rejects.toThrow(
      "lost",
    );
    expect(live()).toBe(0);
  });

  it("gives what it has when a signal ends it", async () => {
    const { model, live } = countStates(deepModel(words.vocabulary, 4));
    const controller = new AbortController();
    let advances = 0;
    const aborting: typeof model = {
      ...model,
      advance(...args) {
        if (++advances === 3) controller.abort();
        return model.advance(...args);
      },
    };
    const options = { width: 3, ignoreEos: true, signal: controller.signal };
    const found = await beamSearch(aborting, words, "a", options);
    expect(found.map(({ finish, tokens }) => [finish, tokens.length])).toEqual(
      Array(3).fill(["abort", 3]),
    );
    expect(live()).toBe(0);
    const none = await beamSearch(aborting, words, "a", options);
    expect(none).toEqual([{ text: "", tokens: [], logProb: 0, score: 0, finish: "abort" }]);
  });

  it.each([
    [{ width: 0 }, "width is 0"],
    [{ width: 1.5 }, "width is 1.5"],
    [{ width: 2, maxTokens: Number.POSITIVE_INFINITY }, "must come to an end"],
    [{ width: 2, maxTokens: -1 }, "maxTokens is -1"],
  ])("refuses %j", async (options, message) => {
    const model = randomMarkovChain(words.vocabulary, new Generator(3));
    await expect(beamSearch(model, words, "", options)).rejects.toThrow(message);
  });

  it("refuses a model after which nothing can come", async () => {
    const model = contextModel({
      vocabulary: letters.vocabulary,
      contextLength: 0,
      probabilities: () => [0, 0, 0, 0],
    });
    await expect(beamSearch(model, letters, "a", { width: 2 })).rejects.toThrow(
      "no token can follow",
    );
  });
});

describe("length penalties", () => {
  it("are those of the literature", () => {
    expect([1, 7, 20].map(wuPenalty(0))).toEqual([1, 1, 1]);
    expect([1, 7].map(wuPenalty(0.5))).toEqual([1, Math.SQRT2]);
    expect([1, 7].map(meanPenalty)).toEqual([1, 7]);
    expect([1, 7].map(noPenalty)).toEqual([1, 1]);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuse α = %d", (alpha) => {
    expect(() => wuPenalty(alpha)).toThrow(`α is ${alpha}`);
  });
});
