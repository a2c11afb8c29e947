import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { texts, tokensOf, VOCABULARIES } from "../test/arbitrary-texts.ts";
import { SMOOTHINGS } from "../test/smoothings.ts";
import { pruneByEntropy } from "./entropy-pruning.ts";
import type { NgramModel } from "./model.ts";
import { ngram } from "./ngram.ts";
import { quantize } from "./quantize.ts";

const backingOff = SMOOTHINGS.filter(
  (each) => each !== "mle" && !Object.hasOwn(Object(each), "add"),
);

const models = fc
  .record({
    text: texts,
    order: fc.integer({ min: 2, max: 4 }),
    smoothing: fc.constantFrom(...backingOff),
    openVocabulary: fc.boolean(),
  })
  .map(({ text: { vocabulary, ids }, ...choices }) => ngram(choices).fitIds(vocabulary, ids));

const thresholds = fc.constantFrom(0, 1e-4, 1e-3, 1e-2, 0.1, 100);

const after = (model: NgramModel, context: readonly number[]) =>
  Array.from({ length: model.vocabulary.size }, (_, word) =>
    Math.exp(model.query(context, word).logProb),
  );

describe("pruneByEntropy", () => {
  it("leaves probabilities that sum to 1, in every context", () => {
    const reading = models.chain((model) =>
      fc.tuple(
        fc.constant(model),
        thresholds,
        fc.array(tokensOf(model.vocabulary), { maxLength: 5 }),
      ),
    );
    fc.assert(
      fc.property(reading, ([model, threshold, context]) => {
        const pruned = pruneByEntropy(model, threshold);
        const sum = (each: NgramModel) => after(each, context).reduce((total, p) => total + p, 0);
        expect(sum(pruned)).toBeCloseTo(1, 5);
        for (const [i, count] of pruned.ngramCounts.entries())
          expect(count).toBeLessThanOrEqual(model.ngramCounts[i]!);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes n-grams that together raise the perplexity by what they are said to", () => {
    const bigramModels = fc
      .record({ text: texts, smoothing: fc.constantFrom(...backingOff), threshold: thresholds })
      .filter(({ text }) => text.vocabulary.eos === undefined);
    fc.assert(
      fc.property(bigramModels, ({ text: { vocabulary, ids }, smoothing, threshold }) => {
        const model = ngram({ order: 2, smoothing }).fitIds(vocabulary, ids);
        const pruned = pruneByEntropy(model, threshold);
        const unigrams = after(model, []);
        let divergence = 0;
        for (const [context, weight] of unigrams.entries()) {
          const [p, q] = [model, pruned].map((each) => after(each, [context]));
          for (const [word, probability] of p!.entries())
            if (probability > 0)
              divergence += weight * probability * Math.log(probability / q![word]!);
        }
        const taken = model.ngramCounts[1]! - pruned.ngramCounts[1]!;
        expect(divergence).toBeLessThan(taken * Math.log1p(threshold) + 1e-5);
      }),
      { numRuns: 500 },
    );
  });

  it("takes an n-gram exactly from the threshold on that is its rise in perplexity", () => {
    // After a: b 3 times, c twice, d once; Witten–Bell, by hand. p(h) = p(a) = (7 + 5/5) / (14 + 5).
    const vocabulary = new Vocabulary(["a", "b", "c", "d", "never"]);
    const ids = Int32Array.from("abacadabacaba0".replace("0", "b"), (c) => vocabulary.id(c)!);
    const model = ngram({ order: 2, smoothing: "witten-bell" }).fitIds(vocabulary, ids);
    const [a, b, c, d] = [0, 1, 2, 3];
    const lower = after(model, []);
    const own = after(model, [a]);
    const listed = [b, c, d];
    const left = 1 - listed.reduce((sum, word) => sum + own[word]!, 0);
    const lowerLeft = 1 - listed.reduce((sum, word) => sum + lower[word]!, 0);
    const rise = (word: number) => {
      const weight = (left + own[word]!) / (lowerLeft + lower[word]!);
      const change = own[word]! * Math.log((lower[word]! * weight) / own[word]!);
      return Math.expm1(
        -lower[a]! * (change + left * (Math.log(weight) - Math.log(left / lowerLeft))),
      );
    };
    const has = (threshold: number, word: number) =>
      pruneByEntropy(model, threshold).query([a], word).matchedOrder === 2;
    const least = listed.toSorted((one, other) => rise(one) - rise(other))[0]!;
    expect(has(rise(least) * 0.99, least)).toBe(true);
    expect(has(rise(least) * 1.01, least)).toBe(false);
  });

  it("keeps everything at a threshold of 0, and nothing but unigrams far above", () => {
    const { words } = VOCABULARIES;
    const ids = Int32Array.of(3, 4, 5, 2, 3, 4, 5, 2, 4, 4, 2, 5, 3, 2, 3, 4, 3, 2);
    const model = ngram({ order: 3 }).fitIds(words, ids);
    expect(pruneByEntropy(model, 0).ngramCounts).toEqual(model.ngramCounts);
    expect(pruneByEntropy(model, 100).ngramCounts).toEqual([words.size, 0, 0]);
  });

  it("refuses what it cannot prune", () => {
    const fit = (smoothing: "mle" | "stupid-backoff" | "katz") =>
      ngram({ order: 2, smoothing }).fitIds(VOCABULARIES.closed, Int32Array.of(0, 1, 0, 2));
    expect(() => pruneByEntropy(fit("katz"), -1)).toThrow("the threshold is -1");
    expect(() => pruneByEntropy(fit("katz"), Number.NaN)).toThrow("the threshold is NaN");
    for (const model of [fit("mle"), fit("stupid-backoff"), quantize(fit("katz"))])
      expect(() => pruneByEntropy(model, 1e-7)).toThrow("must back off to shorter contexts");
  });
});
