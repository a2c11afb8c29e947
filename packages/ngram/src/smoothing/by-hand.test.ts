import { Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import { ngram } from "../ngram.ts";
import type { Smoothing } from "./smoothing.ts";

/*
 * “a b a b a c” over the words a, b, c, d: a 3 times, b 2, c 1, d never; after a, b twice and c once; after b, a twice;
 * after c, which ends the text, nothing. Every number below was computed on paper.
 */
const vocabulary = new Vocabulary(["a", "b", "c", "d"]);
const [a, b, c, d] = [0, 1, 2, 3] as const;
const fit = (smoothing: Smoothing, ids: number[], order = 2, words = vocabulary) => {
  const model = ngram({ order, smoothing }).fitIds(words, Int32Array.from(ids));
  return (context: number[], word: number) => Math.exp(model.query(context, word).logProb);
};

const discounts = [0.5, 0.5];
const triples = [
  [0.5, 1, 1.5],
  [0.5, 1, 1.5],
] as const;
const ratios = [
  [0.5, 0.8],
  [0.5, 0.8],
];

type Expected = readonly [context: number[], word: number, probability: number];
const cases: [Smoothing, ...Expected[]][] = [
  // p(b) = 1.5/6 + (3 · 0.5/6)/4; p(b|a) = 1.5/3 + (2 · 0.5/3) p(b)
  [{ absolute: { discounts } }, [[], b, 0.3125], [[a], b, 29 / 48], [[a], d, 1 / 48]],
  // d has all that the unigrams leave, 1.5/6; after a, a and d share 1/3 in the ratio 5 : 3
  [
    { absolute: { discounts, form: "backoff" } },
    [[], d, 1 / 4],
    [[a], b, 1 / 2],
    [[a], a, 5 / 24],
    [[a], d, 1 / 8],
  ],
  // p(b) = (2 + 3/4)/9; p(b|a) = (2 + 2 p(b))/5
  ["witten-bell", [[], b, 11 / 36], [[a], b, 47 / 90], [[a], d, 1 / 30]],
  [{ "witten-bell": { form: "backoff" } }, [[], d, 1 / 3], [[a], b, 2 / 5], [[a], a, 1 / 5]],
  // Left neighbours: a has b and the beginning, b and c have a. p(b) = 0.5/4 + (3 · 0.5/4)/4
  [{ "kneser-ney": { discounts } }, [[], b, 0.21875], [[a], b, 0.5 + 0.21875 / 3]],
  [
    { "kneser-ney": { discounts, form: "backoff" } },
    [[], d, 3 / 8],
    [[a], b, 1 / 2],
    [[a], d, 1 / 6],
  ],
  // p(b) = 0.5/4 + (2/4)/4; p(b|a) = 1/3 + (1.5/3) p(b)
  [{ "modified-kneser-ney": { discounts: triples } }, [[], b, 1 / 4], [[a], b, 11 / 24]],
  // d has what the unigrams leave, 6 − 3 − 1.6 − 0.5 of 6; after a, 0.9 of 3 is left to a and d
  [
    { katz: { discounts: ratios } },
    [[], a, 1 / 2],
    [[], d, 0.15],
    [[a], b, 1.6 / 3],
    [[a], a, (0.3 * 0.5) / 0.65],
    [[b], d, (0.2 * 0.15) / 0.5],
  ],
  [
    { interpolation: { weights: [[0.6], [0.5]] } },
    [[], b, 0.3],
    [[a], b, 1 / 3 + 0.15],
    [[a], d, 0.05],
  ],
  // The context a was counted 3 times, b 2 times (bucket 1 of [1, 2–3]).
  [
    { interpolation: { weights: [[0.6], [0.9, 0.2]] } },
    [[a], b, 0.4 / 3 + 0.8 * 0.3],
    [[b], a, 0.2 + 0.8 * 0.4],
  ],
  ["stupid-backoff", [[], b, 1 / 3], [[a], b, 2 / 3], [[a], a, 0.2], [[c], b, 0.4 / 3]],
];

describe("by hand", () => {
  it.each(cases)("%j", (smoothing, ...expected) => {
    const probability = fit(smoothing, [a, b, a, b, a, c]);
    for (const [context, word, p] of expected)
      expect(probability(context, word), `p(${word} | ${context})`).toBeCloseTo(p, 6);
  });

  it("Katz: a context whose every count is above the cut-off divides by one more", () => {
    const probability = fit({ katz: { discounts: [[0.5], [0.5]] } }, [a, b, a, b, a, b, c]);
    // a: b three times, nothing to discount; b: a twice and c once.
    expect(probability([a], b)).toBeCloseTo(3 / 4, 6);
    expect(probability([b], a)).toBeCloseTo(2 / 3, 6);
    // The unigrams: 3/7, 3/7, 0.5/7, and the rest for d.
    expect(probability([a], d)).toBeCloseTo((1 / 4) * (0.5 / 7 / (1 - 3 / 7)), 6);
  });

  it("back-off: a context after which every word was seen has nobody to leave mass to", () => {
    const two = new Vocabulary(["a", "b"]);
    const smoothing = { absolute: { discounts, form: "backoff" } } as const;
    const probability = fit(smoothing, [a, a, b, b, a], 2, two);
    // After a: a once and b once, half a count each. The unigrams 2.5/5, 1.5/5 share what they leave.
    expect(probability([a], a)).toBeCloseTo(1 / 2, 6);
    expect(probability([], a)).toBeCloseTo(2.5 / 5 + 0.1, 6);
  });

  it("stupid back-off: every step back costs α, and its scores are no probabilities", () => {
    const ids = Int32Array.of(a, b, a, b, a, c);
    const model = ngram({ order: 3, smoothing: { "stupid-backoff": { alpha: 0.25 } } }).fitIds(
      vocabulary,
      ids,
    );
    const score = (context: number[], word: number) => Math.exp(model.query(context, word).logProb);
    expect(score([d, d], a)).toBeCloseTo((0.25 * 0.25 * 3) / 6, 6);
    expect(score([b, a], b)).toBeCloseTo(1 / 2, 6);
    expect(score([c, a], b)).toBeCloseTo((0.25 * 2) / 3, 6);
    expect(score([a, b], d)).toBe(0);
    expect(model.isNormalized).toBe(false);
    expect(model.notes).toEqual([
      "stupid back-off gives scores, not probabilities: a perplexity of them means nothing",
    ]);
    expect(ngram({ order: 3, smoothing: "mle" }).fitIds(vocabulary, ids).isNormalized).toBe(true);
    const { logProbs } = model.advance(model.start(), Int32Array.of(b, a));
    expect(logProbs.reduce((sum, logProb) => sum + Math.exp(logProb), 0)).toBeCloseTo(
      1 / 2 + 1 / 2 + (0.25 * 0.25 * 3) / 6,
      6,
    );
  });

  it.each([
    [{ "stupid-backoff": { alpha: 1 } }, "alpha is 1, but it must lie between 0 and 1"],
    [{ katz: { maximumCount: 1 } }, "maximumCount is 1, but it must be a whole number from 2"],
    [{ katz: { discounts: { fallback: [0] } } }, "a discount is [0], but it must be a list"],
    [{ absolute: { discounts: [0.5, 1.5] } }, "absolute: a discount is 1.5, but it must be"],
    [{ "kneser-ney": { discounts: { fallback: -1 } } }, "kneser-ney: a discount is -1, but"],
    [{ interpolation: { weights: [[0.5], []] } }, "the weights of order 2 are [], but they must"],
    [{ interpolation: { weights: [[1.5]] } }, "the weights of order 1 are [1.5], but they must"],
  ])("refuses %j before anything is counted", (smoothing, message) => {
    expect(() => ngram({ order: 2, smoothing })).toThrow(message);
  });

  it("refuses weights for another order", () => {
    const smoothing = { interpolation: { weights: [[0.5]] } };
    expect(() => fit(smoothing, [a, b])).toThrow("weights for 1 orders, but the model has 2");
  });

  it("says what came of a discount that cannot be estimated, whatever the method", () => {
    const ids = Int32Array.of(a, b, a, b);
    const notes = (smoothing: Smoothing) =>
      ngram({ order: 1, smoothing }).fitIds(vocabulary, ids).notes;
    const reason = "no n-gram has a count of 1 (n1 = 0, n2 = 2, n3 = 0, n4 = 0";
    expect(notes("absolute")).toEqual([
      `order 1: the discount 0.75 is a fallback, because ${reason})`,
    ]);
    expect(notes("katz")).toEqual([
      `order 1: smoothed by Witten–Bell, because ${reason}, n5 = 0, n6 = 0, n7 = 0, n8 = 0)`,
    ]);
    expect(() => notes({ katz: { discounts: { fallback: "error" } } })).toThrow(
      `katz: no discount can be estimated for order 1: ${reason}, n5 = 0`,
    );
    expect(() => notes({ "kneser-ney": { discounts: { fallback: "error" } } })).toThrow(
      "kneser-ney: no discount can be estimated for order 1",
    );
  });
});
