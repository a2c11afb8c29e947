import { Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import { testLanguageModel } from "../vitest.ts";
import { type UnigramCacheOptions, unigramCache } from "./unigram-cache.ts";

const letters = new Vocabulary(["a", "b", "c"]);
const words = new Vocabulary(["<unk>", "<s>", "</s>", "a", "b"]);

describe.each([
  ["that remembers all", letters, { length: 50 }],
  ["that forgets", letters, { length: 3 }],
  ["that remembers one token", letters, { length: 1 }],
  ["that decays", letters, { length: 4, decay: 0.7 }],
  ["of words, with <s>", words, { length: 4, decay: 0.9 }],
] as [string, Vocabulary, UnigramCacheOptions][])("a cache %s", (_, vocabulary, options) => {
  testLanguageModel({ model: unigramCache(vocabulary, options), tolerance: 1e-6 });
});

/** p of every word after a text. */
async function predict(tokens: readonly number[], options: UnigramCacheOptions, of = letters) {
  const model = unigramCache(of, options);
  const { logProbs } = await model.advance(model.start(), Int32Array.from(tokens));
  return [...logProbs].map(Math.exp);
}
const close = (...values: number[]) => values.map((value) => expect.closeTo(value, 6));

describe("unigramCache", () => {
  it("is the share of the last tokens, and a token of everything", async () => {
    expect(await predict([0, 0, 1], { length: 5 })).toEqual(
      close((2 + 1 / 3) / 4, (1 + 1 / 3) / 4, 1 / 3 / 4),
    );
    expect(await predict([0, 0, 1], { length: 2 })).toEqual(
      close((1 + 1 / 3) / 3, (1 + 1 / 3) / 3, 1 / 3 / 3),
    );
  });

  it("weighs older tokens less", async () => {
    expect(await predict([0, 1, 2], { decay: 0.5 })).toEqual(
      close((0.25 + 1 / 3) / 2.75, (0.5 + 1 / 3) / 2.75, (1 + 1 / 3) / 2.75),
    );
  });

  it("neither remembers nor predicts <s>", async () => {
    const [scores] = await unigramCache(words, { length: 5 }).score!([Int32Array.of(1, 1, 3, 4)]);
    expect([...scores!].map(Math.exp)).toEqual(close(0, 1 / 4, 1 / 4 / 2));
    expect(await predict([1, 3], { length: 5 }, words)).toEqual(
      close(1 / 4 / 2, 0, 1 / 4 / 2, (1 + 1 / 4) / 2, 1 / 4 / 2),
    );
  });

  it("scores a long text as it would read it, forgetting in time", async () => {
    const text = Int32Array.from({ length: 5000 }, (_, i) => (i < 2500 ? i % 2 : 2));
    for (const options of [{ length: 100 }, { length: 100, decay: 0.97 }]) {
      const model = unigramCache(letters, options);
      const [scores] = await model.score!([text]);
      const { logProbs } = await model.advance(model.start(), text.slice(0, -1));
      expect(scores!.at(-1)).toBeCloseTo(logProbs[2]!, 6);
    }
  });

  it.each([
    [{ length: 0 }, "length is 0"],
    [{ length: 1.5 }, "length is 1.5"],
    [{ decay: 0 }, "decay is 0"],
    [{ decay: 1.1 }, "decay is 1.1"],
    [{ decay: Number.NaN }, "decay is NaN"],
  ])("refuses %j", (options, message) => {
    expect(() => unigramCache(letters, options)).toThrow(message);
  });
});
