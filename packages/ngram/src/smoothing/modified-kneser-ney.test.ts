import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { texts, VOCABULARIES } from "../../test/arbitrary-texts.ts";
import { naiveAdjusted, naiveKneserNey, naiveSentences } from "../../test/naive.ts";
import { countNgrams } from "../counts.ts";
import { ngram } from "../ngram.ts";
import { adjustedCounts } from "./adjusted-counts.ts";
import { DiscountError } from "./discounts.ts";

const upTo = (limit: number) => fc.double({ min: 0, max: limit, noNaN: true });
const discounts = fc.array(fc.tuple(upTo(1), upTo(2), upTo(3)), { minLength: 1, maxLength: 4 });

describe("modifiedKneserNey", () => {
  it("is what its equations say, for any text, discounts, pruning and context", () => {
    const thresholds = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2));
    const contexts = fc.array(fc.nat(3), { maxLength: 4 });
    fc.assert(
      fc.property(texts, discounts, thresholds, contexts, (text, triples, [b, c, d], drawn) => {
        const { vocabulary, ids } = text;
        const order = triples.length;
        const prune = [0, b, b + c, b + c + d].slice(0, order);
        const sentences = naiveSentences(vocabulary, [...ids]);
        const expected = naiveKneserNey(vocabulary, sentences, triples, prune);
        const smoothing = { "modified-kneser-ney": { discounts: triples } };
        const model = ngram({ order, smoothing, prune }).fitIds(vocabulary, ids);
        const letters = ["a", "b", "c", "never"].map((token) => vocabulary.id(token)!);
        const context = drawn.map((letter) => letters[letter]!);
        for (let word = 0; word < vocabulary.size; word++) {
          const { logProb } = model.query(context, word);
          // Values are stored as float32 logarithms, three of which may be added.
          expect(Math.exp(logProb)).toBeCloseTo(expected(context, word), 6);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("adjusts counts as the definition does, also at the beginning of sentences and texts", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 4 }), ({ vocabulary, ids }, order) => {
        const counts = countNgrams(vocabulary, ids, { order });
        const naive = naiveAdjusted(vocabulary, naiveSentences(vocabulary, [...ids]), order);
        const sorted = (values: Iterable<number>) => [...values].filter(Boolean).sort();
        const bos = vocabulary.eos === undefined ? -1 : (vocabulary.bos ?? vocabulary.size);
        naive[0]!.delete(String(bos));
        for (const [i, adjusted] of adjustedCounts(counts).entries())
          expect(sorted(adjusted)).toEqual(sorted(naive[i]!.values()));
      }),
    );
  });

  it("falls back to KenLM's discounts and says so", () => {
    const { words } = VOCABULARIES;
    const model = ngram({ order: 2 }).fitIds(words, Int32Array.of(3, 4, 2, 3, 4, 2));
    expect(model.origin?.discounts?.map(({ source, values }) => [source, values])).toEqual([
      ["fallback", [0.5, 1, 1.5]],
      ["fallback", [0.5, 1, 1.5]],
    ]);
    expect(model.notes[1]).toBe(
      "order 2: the discounts 0.5, 1, 1.5 are a fallback, because no n-gram has a count " +
        "of 1 (n1 = 0, n2 = 3, n3 = 0, n4 = 0)",
    );
  });

  it("takes one discount where three cannot be had, and Witten–Bell where there is not even one", () => {
    const { words } = VOCABULARIES;
    const smoothing = { "modified-kneser-ney": { discounts: { fallback: "simpler" } } } as const;
    const model = ngram({ order: 2, smoothing }).fitIds(words, Int32Array.of(3, 4, 2, 3, 5, 2));
    const [unigrams, bigrams] = model.origin!.discounts!;
    // Counts of 1: </s> aside, a and b and c each follow one word; n1 = 3, n2 = 1.
    expect(unigrams).toMatchObject({ kind: "absolute", values: [0.6], source: "fallback" });
    expect(bigrams!.kind).toBe("absolute");
    const twice = ngram({ order: 2, smoothing }).fitIds(words, Int32Array.of(3, 4, 2, 3, 4, 2));
    expect(twice.origin!.discounts![1]).toMatchObject({ kind: "witten-bell", values: [] });
    expect(twice.notes[1]).toBe(
      "order 2: smoothed by Witten–Bell, because no n-gram has a count of 1 " +
        "(n1 = 0, n2 = 3, n3 = 0, n4 = 0)",
    );
    // “a b” stands twice after “a”, which nothing else follows: 2 / (2 + 1), and the rest from the unigrams.
    const unigram = Math.exp(twice.query([], 4).logProb);
    expect(Math.exp(twice.query([3], 4).logProb)).toBeCloseTo(2 / 3 + unigram / 3, 6);
  });

  it("takes another fallback, or stops with the order, the counts of counts and the remedy", () => {
    const { words } = VOCABULARIES;
    const fit = (fallback: "error" | [number, number, number]) =>
      ngram({
        order: 2,
        smoothing: { "modified-kneser-ney": { discounts: { fallback } } },
      }).fitIds(words, Int32Array.of(3, 4, 2, 3, 5, 2));
    expect(fit([0.1, 0.2, 0.3]).origin?.discounts?.[0]?.values).toEqual([0.1, 0.2, 0.3]);
    expect(() => fit("error")).toThrow(DiscountError);
    expect(() => fit("error")).toThrow(
      "no discount can be estimated for order 1: no n-gram has a count of 3 " +
        "(n1 = 3, n2 = 1, n3 = 0, n4 = 0). Use more text or remove duplicate lines, lower the order, " +
        "or allow a fallback with discounts: { fallback: [0.5, 1, 1.5] }",
    );
  });

  it.each([
    [
      [
        [0.5, 1, 1.5],
        [0.5, 1, 3.5],
      ],
      "a discount is [0.5,1,3.5], but it must be",
    ],
    [{ fallback: [-0.1, 1, 1] }, "a discount is [-0.1,1,1], but"],
    [{ fallback: [0.5, 1] }, "a discount is [0.5,1], but"],
  ] as const)("refuses discounts of %j", (given, message) => {
    const smoothing = { "modified-kneser-ney": { discounts: given as never } };
    expect(() => ngram({ order: 2, smoothing })).toThrow(message);
  });

  it("refuses discounts for fewer orders than there are", () => {
    const smoothing = { "modified-kneser-ney": { discounts: [[0.5, 1, 1.5]] } } as const;
    const estimator = ngram({ order: 2, smoothing });
    expect(() => estimator.fitIds(VOCABULARIES.closed, Int32Array.of(0, 1))).toThrow(
      "discounts has 1 entries for a model of order 2",
    );
  });
});

it("does not call impossible what was seen, for want of a count of 4", () => {
  // aa stands there 3 times, and nothing 4 times: D3+ would be 3.
  const vocabulary = new Vocabulary(["a", "b"]);
  const ids = Int32Array.of(0, 0, 0, 0, 1, 1, 0, 1);
  for (const form of ["interpolated", "backoff"] as const) {
    const smoothing = { "modified-kneser-ney": { form } };
    const model = ngram({ order: 2, smoothing }).fitIds(vocabulary, ids);
    expect(model.origin!.discounts![1]!.countsOfCounts[3]).toBe(0);
    expect(model.query([0], 0).logProb).toBeGreaterThan(-10);
  }
});
