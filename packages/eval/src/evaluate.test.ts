import { markovChain } from "@lm/model/testing";
import { Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.ts";
import { evaluationJson } from "./evaluation-json.ts";

const vocabulary = new Vocabulary(["<unk>", "</s>", "a", "b"]);
// After any token of the column: p(<unk>), p(</s>), p(a), p(b).
const chain = markovChain(vocabulary, [
  [0.5, 0.5, 0, 0],
  [0.125, 0, 0.625, 0.25],
  [0.125, 0.25, 0.125, 0.5],
  [0, 0.5, 0.5, 0],
]);

describe("evaluate", () => {
  it("computes by hand-checked numbers", async () => {
    // </s> | b a </s> <unk> </s>: 1/4 · 1/2 · 1/4 · 1/8 · 1/2 = 2⁻⁹
    const result = await evaluate(chain, Int32Array.of(3, 2, 1, 0, 1), {
      context: "sentence",
      characters: 6,
    });
    expect(result).toEqual({
      tokens: 5,
      unknown: 1,
      crossEntropy: expect.closeTo((9 * Math.LN2) / 5, 6),
      perplexity: expect.closeTo(2 ** (9 / 5), 6),
      // Without the 1/8 of <unk>: 2⁻⁶ over four tokens.
      perplexityExcludingUnknown: expect.closeTo(2 ** (6 / 4), 6),
      // Without the 1/4 and the 1/2 of </s>: 2⁻⁶ over three tokens.
      perplexityWithoutEnd: expect.closeTo(2 ** (6 / 3), 6),
      bitsPerToken: expect.closeTo(9 / 5, 6),
      bitsPerCharacter: expect.closeTo(9 / 6, 6),
      context: "sentence",
    });
  });

  it("refuses scores that are no probabilities", async () => {
    const scores = { ...chain, isNormalized: false };
    await expect(evaluate(scores, Int32Array.of(3, 1), { context: "document" })).rejects.toThrow(
      "the model gives scores that do not sum to one",
    );
  });

  it("does not know bits per character unless told the characters", async () => {
    const { bitsPerCharacter } = await evaluate(chain, Int32Array.of(3, 1), {
      context: "document",
    });
    expect(bitsPerCharacter).toBeNull();
  });

  it("is infinite where the model holds a token for impossible, and only there", async () => {
    // </s> | <unk> a: 1/8 · 0
    const result = await evaluate(chain, Int32Array.of(2, 1, 0, 2), { context: "document" });
    expect(result).toMatchObject({
      crossEntropy: Number.POSITIVE_INFINITY,
      perplexity: Number.POSITIVE_INFINITY,
      perplexityExcludingUnknown: Number.POSITIVE_INFINITY,
      perplexityWithoutEnd: Number.POSITIVE_INFINITY,
      bitsPerToken: Number.POSITIVE_INFINITY,
    });
    // a | <unk> cannot be, but </s> | </s> neither: without ends the rest is possible.
    const ends = await evaluate(chain, Int32Array.of(2, 1, 1), { context: "document" });
    expect(ends.perplexity).toBe(Number.POSITIVE_INFINITY);
    expect(ends.perplexityWithoutEnd).toBeCloseTo(1 / 0.625, 6);
  });

  it("has no perplexity of nothing", async () => {
    const result = await evaluate(chain, Int32Array.of(0, 0), { context: "document" });
    expect(result.perplexityExcludingUnknown).toBeNull();
    expect(result.unknown).toBe(2);
    const empty = await evaluate(
      markovChain(new Vocabulary(["</s>", "a"]), [
        [1, 0],
        [0, 1],
      ]),
      Int32Array.of(0, 0),
      { context: "sentence" },
    );
    expect(empty).toMatchObject({ crossEntropy: 0, perplexity: 1, perplexityWithoutEnd: null });
  });

  it("counts nothing for unknown and nothing for an end where there is neither", async () => {
    const letters = markovChain(new Vocabulary(["a", "b"]), [
      [0.5, 0.5],
      [0.25, 0.75],
    ]);
    const result = await evaluate(letters, Int32Array.of(0, 1, 0), { context: "document" });
    expect(result).toMatchObject({ tokens: 2, unknown: 0, bitsPerToken: expect.closeTo(1.5, 6) });
    expect(result.perplexityExcludingUnknown).toBe(result.perplexity);
    expect(result.perplexityWithoutEnd).toBe(result.perplexity);
  });

  it.each([0, -1, 2.5, Number.NaN])("refuses %d characters", async (characters) => {
    const result = evaluate(chain, Int32Array.of(3, 1), { context: "document", characters });
    await expect(result).rejects.toThrow(`a text of ${characters} characters`);
  });
});

describe("evaluationJson", () => {
  it("writes infinity as a string and leaves the rest", async () => {
    const result = await evaluate(chain, Int32Array.of(2, 1, 1), { context: "document" });
    expect(JSON.parse(JSON.stringify(evaluationJson(result)))).toEqual({
      ...result,
      crossEntropy: "Infinity",
      perplexity: "Infinity",
      perplexityExcludingUnknown: "Infinity",
      bitsPerToken: "Infinity",
    });
  });
});
