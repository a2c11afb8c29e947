import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { texts, tokensOf } from "../../test/arbitrary-texts.ts";
import { naiveCounts, naiveSentences } from "../../test/naive.ts";
import { ngram } from "../ngram.ts";

/** p(word | last n − 1 words), from the definition. */
function expected(
  vocabulary: Vocabulary,
  ids: Int32Array,
  order: number,
  alpha: number,
  context: readonly number[],
  word: number,
): number {
  if (word === vocabulary.bos) return 0;
  const used = context.slice(Math.max(0, context.length - order + 1));
  const counts = naiveCounts(naiveSentences(vocabulary, [...ids]), order)[used.length]!;
  const count = (v: number) =>
    v === vocabulary.bos ? 0 : (counts.get([...used, v].join(" ")) ?? 0);
  const total = vocabulary.tokens.reduce((sum, _, v) => sum + count(v), 0);
  const size = vocabulary.size - (vocabulary.bos === undefined ? 0 : 1);
  if (total === 0) return 1 / size;
  return (count(word) + alpha) / (total + alpha * size);
}

const cases = texts.chain(({ vocabulary, ids }) =>
  fc.record({
    vocabulary: fc.constant(vocabulary),
    ids: fc.constant(ids),
    // An </s> or <unk> in the context cuts off what comes before; here the context is to be what it says.
    context: fc.array(
      tokensOf(vocabulary).filter((id) => id !== vocabulary.eos && id !== vocabulary.unk),
      { maxLength: 4 },
    ),
    word: tokensOf(vocabulary),
    order: fc.integer({ min: 1, max: 4 }),
  }),
);

describe("additive", () => {
  it("adds α to every count of the last n − 1 words", () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0.01, max: 5, noNaN: true }), (drawn, alpha) => {
        const { vocabulary, ids, context, word, order } = drawn;
        const model = ngram({ order, smoothing: { add: alpha } }).fitIds(vocabulary, ids);
        expect(Math.exp(model.query(context, word).logProb)).toBeCloseTo(
          expected(vocabulary, ids, order, alpha, context, word),
          6,
        );
      }),
    );
  });

  it("gives the lecture's Laplace example: after “cows eat”, 4/11, 3/11, 2/11, 1/11, 1/11", () => {
    const vocabulary = new Vocabulary(["grass", "hay", "oats", "cows", "eat"]);
    const [grass, hay, oats, cows, eat] = [0, 1, 2, 3, 4];
    const text = [grass, grass, grass, hay, hay, oats].flatMap((food) => [cows, eat, food]);
    const model = ngram({ order: 3, smoothing: { add: 1 } }).fitIds(
      vocabulary,
      Int32Array.from(text),
    );
    const probabilities = vocabulary.tokens.map((_, word) =>
      Math.exp(model.query([cows, eat], word).logProb),
    );
    expect(probabilities.map((p) => Math.round(p * 11 * 1e5) / 1e5)).toEqual([4, 3, 2, 1, 1]);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses an α of %s", (alpha) => {
    expect(() => ngram({ order: 2, smoothing: { add: alpha } })).toThrow(
      `smoothing is { add: ${alpha} }`,
    );
  });
});

describe("maximumLikelihood", () => {
  it("is the relative frequency, 0 for what was not seen, uniform after a context not seen", () => {
    fc.assert(
      fc.property(cases, ({ vocabulary, ids, context, word, order }) => {
        const model = ngram({ order, smoothing: "mle" }).fitIds(vocabulary, ids);
        const { logProb, matchedOrder } = model.query(context, word);
        const p = expected(vocabulary, ids, order, 0, context, word);
        expect(Math.exp(logProb)).toBeCloseTo(p, 6);
        if (p === 0) expect(logProb).toBe(Number.NEGATIVE_INFINITY);
        if (matchedOrder > 0) expect(matchedOrder).toBe(Math.min(context.length, order - 1) + 1);
      }),
    );
  });
});
