import { Generator } from "@lm/random";
import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { texts, tokensOf, VOCABULARIES } from "../test/arbitrary-texts.ts";
import { columnsOf } from "../test/columns.ts";
import { SMOOTHINGS } from "../test/smoothings.ts";
import { countNgrams } from "./counts.ts";
import type { NgramModel } from "./model.ts";
import { ngram } from "./ngram.ts";

const models = fc
  .record({
    text: texts,
    order: fc.integer({ min: 1, max: 5 }),
    smoothing: fc.constantFrom(...SMOOTHINGS),
    openVocabulary: fc.boolean(),
    prune: fc.constantFrom([0], [0, 1], [0, 0, 1, 2, 3]),
  })
  .map(({ text: { vocabulary, ids }, order, prune, ...choices }) =>
    ngram({ order, prune: prune.slice(0, order), ...choices }).fitIds(vocabulary, ids),
  );

/** A model, and tokens that it may or may not have seen. */
const reading = models.chain((model) =>
  fc.record({
    model: fc.constant(model),
    tokens: fc
      .array(tokensOf(model.vocabulary), { minLength: 1, maxLength: 8 })
      .map((tokens) => Int32Array.from(tokens)),
  }),
);

function distributionAfter(model: NgramModel, tokens: Int32Array): Float32Array {
  return model.advance(model.start(), tokens).logProbs;
}

describe("NgramModel", () => {
  it("gives every context, seen, unseen or unknown, probabilities that sum to 1", () => {
    fc.assert(
      fc.property(reading, ({ model, tokens }) => {
        const logProbs = distributionAfter(model, tokens);
        const sum = logProbs.reduce((total, logProb) => total + Math.exp(logProb), 0);
        // Each of some terms is a float32 with a relative error of up to 1e-6.
        expect(sum).toBeCloseTo(1, 5);
        const { bos, unk } = model.vocabulary;
        if (bos !== undefined) expect(logProbs[bos]).toBe(Number.NEGATIVE_INFINITY);
        if (unk !== undefined && !model.trie.isOpen)
          expect(logProbs[unk]).toBe(Number.NEGATIVE_INFINITY);
      }),
      { numRuns: 3000 },
    );
  });

  it("finds by lookup what it writes into a distribution", () => {
    fc.assert(
      fc.property(reading, ({ model, tokens }) => {
        const row = distributionAfter(model, tokens);
        for (let token = 0; token < row.length; token++) {
          const { logProb } = model.query(tokens, token);
          if (row[token] === Number.NEGATIVE_INFINITY) expect(logProb).toBe(row[token]);
          else expect(logProb).toBeCloseTo(row[token]!, 5);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("scores a sequence as the distributions along it do", () => {
    fc.assert(
      fc.property(reading, ({ model, tokens }) => {
        const [scores, none] = model.score([tokens, tokens.subarray(0, 0)]);
        const expected = Array.from(
          tokens.subarray(1),
          (token, i) => distributionAfter(model, tokens.subarray(0, i + 1))[token]!,
        );
        expect(scores!.length).toBe(tokens.length - 1);
        for (const [i, logProb] of expected.entries())
          if (Number.isFinite(logProb)) expect(scores![i]).toBeCloseTo(logProb, 5);
          else expect(scores![i]).toBe(logProb);
        expect(none!.length).toBe(0);
      }),
    );
  });

  it("tells the most probable tokens, and draws each as often as it is probable", () => {
    fc.assert(
      fc.property(reading, fc.integer({ min: 1, max: 9 }), ({ model, tokens }, k) => {
        const row = model.distribution(tokens);
        expect(row).toEqual(distributionAfter(model, tokens));
        const top = model.top(tokens, k);
        expect(top.length).toBe(Math.min(k, model.vocabulary.size));
        for (const [i, { token, logProb }] of top.entries()) {
          expect(logProb).toBe(row[token]);
          const before = top.slice(0, i + 1).map((each) => each.token);
          for (const [other, value] of row.entries())
            if (!before.includes(other)) expect(value).toBeLessThanOrEqual(logProb);
        }
        // Equal parts of [0, 1) fall to each token by its probability.
        const [lowest, highest] = [
          model.sample(tokens, () => 0),
          model.sample(tokens, () => 1 - 2 ** -53),
        ];
        expect(row[lowest]).toBeGreaterThan(Number.NEGATIVE_INFINITY);
        expect(row[highest]).toBeGreaterThan(Number.NEGATIVE_INFINITY);
        const parts = 997;
        const drawn = new Float64Array(row.length);
        for (let part = 0; part < parts; part++)
          drawn[model.sample(tokens, () => (part + 0.5) / parts)]! += 1 / parts;
        for (const [token, share] of drawn.entries())
          expect(Math.abs(share - Math.exp(row[token]!))).toBeLessThan(1.001 / parts + 1e-5);
      }),
      { numRuns: 50 },
    );
    const model = ngram({ order: 1 }).fitIds(VOCABULARIES.closed, Int32Array.of(0, 1));
    expect(() => model.top([], 0)).toThrow("k is 0");
    const draw = (seed: number) => {
      const generator = new Generator(seed);
      return Array.from({ length: 40 }, () => model.sample([], () => generator.uniform()));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("explains a probability by the contexts it asked", () => {
    const { words } = VOCABULARIES;
    const [a, b, c] = [3, 4, 5];
    const ids = Int32Array.of(a, b, c, 2, b, a, 2, c, b, 2);
    const model = ngram({ order: 3 }).fitIds(words, ids);
    const seen = model.query([a, b], c);
    expect(seen.matchedOrder).toBe(3);
    expect(seen.path.map(({ contextLength }) => contextLength)).toEqual([2]);
    const unseen = model.query([a, b], a);
    expect(unseen.matchedOrder).toBe(2);
    expect(unseen.path.map((step) => [step.contextLength, step.isListed])).toEqual([
      [2, false],
      [1, true],
    ]);
    const sum = unseen.path.reduce((total, { log10 }) => total + log10, 0);
    expect(unseen.logProb).toBeCloseTo(sum * Math.LN10, 12);
    // Behind an unknown word no context is listed, and the word is a unigram.
    expect(model.query([a, 0], b)).toEqual(model.query([], b));
    expect(model.query([a, b], 0).matchedOrder).toBe(1);
  });

  it("has no context at the start, and <s> after every </s>", () => {
    const { words } = VOCABULARIES;
    const model = ngram({ order: 3 }).fitIds(words, Int32Array.of(3, 4, 2, 3, 5, 2, 4, 2));
    const afterSentence = model.advance(model.start(), Int32Array.of(4, 5, 2));
    expect(afterSentence).toEqual(model.advance(model.start(), Int32Array.of(2)));
    expect(afterSentence.logProbs[3]).toBeCloseTo(model.query([1], 3).logProb, 6);
    // A text cut out of the middle of another: its first words do not open a sentence.
    const { logProbs } = model.advance(model.start(), Int32Array.of(3));
    expect(logProbs[4]).toBeCloseTo(model.query([3], 4).logProb, 6);
    expect(model.score([Int32Array.of(3, 4)])[0]![0]).toBeCloseTo(logProbs[4]!, 6);
    expect(logProbs[4]).not.toBeCloseTo(model.query([2, 3], 4).logProb, 3);
    expect(model.query([2], 3).logProb).toBe(model.query([1], 3).logProb);
    expect(model.query([1], 3).matchedOrder).toBe(2);
  });

  it("counts an unknown word as a word where asked to", () => {
    const { words } = VOCABULARIES;
    const ids = Int32Array.of(3, 0, 4, 2, 3, 0, 5, 2);
    const counted = ngram({ order: 2, unknown: "count" }).fitIds(words, ids);
    expect(counted.query([0], 4).matchedOrder).toBe(2);
    expect(counted.query([3], 0).matchedOrder).toBe(2);
    const skipped = ngram({ order: 2 }).fitIds(words, ids);
    expect(skipped.query([0], 4).matchedOrder).toBe(1);
    expect(skipped.query([3], 4).matchedOrder).toBe(2);
  });

  it("knows nothing behind an unknown word that was not counted, whatever the smoothing", () => {
    const { words } = VOCABULARIES;
    const ids = Int32Array.of(3, 4, 5, 2, 4, 4, 2);
    for (const smoothing of SMOOTHINGS) {
      const model = ngram({ order: 3, smoothing }).fitIds(words, ids);
      for (const token of [2, 3, 4, 5, 6]) {
        expect(model.query([3, 4, 0], token).logProb).toBe(model.query([], token).logProb);
        expect(model.query([0, 4], token)).toEqual(model.query([4], token));
      }
    }
  });

  it("generates only what it has seen when it is not smoothed", () => {
    const { words } = VOCABULARIES;
    const model = ngram({ order: 3, smoothing: "mle" }).fitIds(
      words,
      Int32Array.of(3, 4, 5, 2, 3, 4, 4, 2),
    );
    let { state, logProbs } = model.advance(model.start(), Int32Array.of(3));
    for (let i = 0; i < 20; i++) {
      const likely = [...logProbs.keys()].filter((token) => logProbs[token]! > -50);
      expect(likely.length).toBeGreaterThan(0);
      ({ state, logProbs } = model.advance(
        state,
        Int32Array.of(likely.at(-1 - (i % likely.length))!),
      ));
    }
    const [scores] = model.score([Int32Array.of(2, 3, 4, 3, 2)]);
    expect([...scores!]).toContain(Number.NEGATIVE_INFINITY);
  });

  it("says what it is made of", () => {
    const { words } = VOCABULARIES;
    const model = ngram({ order: 2 }).fitIds(words, Int32Array.of(3, 4, 2));
    // <s> a, a b, b </s>.
    expect([model.order, model.contextLength, model.ngramCounts]).toEqual([2, 1, [7, 3]]);
    expect(model.parameterCount).toBe(7 + 7 + 3);
    expect(model.byteLength).toBe(4 * (7 + 7 + 8) + 4 * (3 + 3));
  });

  it("refuses tokens, rows and lengths that there are not", () => {
    const model = ngram({ order: 2 }).fitIds(VOCABULARIES.closed, Int32Array.of(0, 1));
    const two = model.start(2);
    expect(() => model.advance(two, Int32Array.of(0, 1, 2))).toThrow(
      "3 tokens for a state of 2 rows",
    );
    expect(() => model.advance(two, new Int32Array(0))).toThrow("0 tokens for a state of 2 rows");
    expect(() => model.advance(two, Int32Array.of(0, 4))).toThrow("token id 4 is not in the vocab");
    expect(() => model.score([Int32Array.of(0, -1)])).toThrow(
      "token id -1 is not in the vocabulary",
    );
    expect(() => model.query([9], 0)).toThrow("token id 9");
    expect(() => model.query([], 9)).toThrow("token id 9");
    expect(() => model.select(two, [0, 2])).toThrow(
      "row 2 is asked for, but the state has rows 0 to 1",
    );
  });
});

describe("ngram", () => {
  it.each(SMOOTHINGS)("smooths texts of next to nothing by %j without NaN", (smoothing) => {
    for (const vocabulary of Object.values(VOCABULARIES))
      for (const text of [["a"], ["a", "a"], ["</s>"], ["</s>", "</s>"], ["a", "b"]]) {
        const ids = text.map((token) => vocabulary.id(token));
        if (ids.includes(undefined)) continue;
        for (const order of [1, 2, 5, 32]) {
          const model = ngram({ order, smoothing }).fitIds(
            vocabulary,
            Int32Array.from(ids as number[]),
          );
          for (const { logProbs, backoffs } of columnsOf(model)) {
            for (const value of logProbs) expect(value).toBeLessThanOrEqual(0);
            for (const value of backoffs) expect(value).toBeLessThan(Number.POSITIVE_INFINITY);
          }
        }
      }
  });

  it("gives the one word that there is a probability of 1 at most", () => {
    const vocabulary = new Vocabulary(["a"]);
    for (let discount = 0; discount < 1; discount += 0.01) {
      const discounts = [[discount, 2 * discount, 3 * discount]] as const;
      const smoothing = { "modified-kneser-ney": { discounts } };
      for (const length of [1, 2, 3, 7]) {
        const model = ngram({ order: 1, smoothing }).fitIds(vocabulary, new Int32Array(length));
        expect(columnsOf(model)[0]!.logProbs[0]).toBeLessThanOrEqual(0);
        expect(model.query([], 0).logProb).toBeCloseTo(0, 12);
      }
    }
  });

  it("leaves counts as they are, to be smoothed again", () => {
    const { words } = VOCABULARIES;
    for (const order of [1, 2]) {
      const counts = countNgrams(words, Int32Array.of(3, 4, 2, 3, 2), { order });
      const before = structuredClone(counts.orders);
      const first = ngram({ order }).fitCounts(counts);
      expect(counts.orders).toEqual(before);
      expect(ngram({ order }).fitCounts(counts).trie).toEqual(first.trie);
    }
  });

  it("takes text by way of a tokenizer", () => {
    const vocabulary = new Vocabulary(["a", "b"]);
    const tokenizer = {
      vocabulary,
      encode: (text: string) => Int32Array.from(text, (letter) => vocabulary.id(letter)!),
      decode: () => "",
      toJSON: () => ({}),
    };
    const model = ngram({ order: 2, smoothing: "mle" }).fit(tokenizer, "abaabab");
    expect(Math.exp(model.query([0], 1).logProb)).toBeCloseTo(3 / 4, 6);
    expect(() => ngram({ order: 2 }).fit(tokenizer, "")).toThrow("the text has no tokens");
  });

  it.each([[[]], [[1]], [[0, 2, 1]], [[0, -1]], [[0, 0.5]], [[0, 0, 0]]])(
    "refuses to prune by %j at order 2",
    (prune) => {
      expect(() => ngram({ order: 2, prune })).toThrow(`prune is [${prune.join(", ")}]`);
    },
  );

  it("lists no n-gram counted as rarely as the threshold, and the last threshold goes on", () => {
    const ids = Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 3);
    const model = ngram({ order: 4, prune: [0, 0, 1] }).fitIds(VOCABULARIES.closed, ids);
    // Twice or more: abc, bca, cab, and abca, bcab.
    expect(model.ngramCounts).toEqual([4, 4, 3, 2]);
    expect(model.query([0, 1], 3).matchedOrder).toBe(2);
  });

  it("takes counts of its own order only", () => {
    const counts = { order: 3 } as never;
    expect(() => ngram({ order: 2 }).fitCounts(counts)).toThrow("counts are of order 3");
  });
});
