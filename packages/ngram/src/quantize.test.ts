import { Generator } from "@lm/random";
import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { texts } from "../test/arbitrary-texts.ts";
import { SMOOTHINGS } from "../test/smoothings.ts";
import { readArpa } from "./arpa-reader.ts";
import { writeArpa } from "./arpa-writer.ts";
import { fromBytes, toBytes } from "./binary-file.ts";
import type { NgramModel } from "./model.ts";
import { ngram } from "./ngram.ts";
import { quantize } from "./quantize.ts";

function randomText(words: number, length: number): { vocabulary: Vocabulary; ids: Int32Array } {
  const generator = new Generator(1);
  const vocabulary = new Vocabulary(Array.from({ length: words }, (_, i) => `w${i}`));
  // Some words are frequent, most are rare.
  const draw = () => Math.floor(words * generator.uniform() ** 3);
  return { vocabulary, ids: Int32Array.from({ length }, draw) };
}

const bytesPerNgram = (model: NgramModel) =>
  model.byteLength / model.ngramCounts.reduce((sum, count) => sum + count);

function expectSameNgrams(model: NgramModel, other: NgramModel): void {
  for (const [i, order] of model.trie.orders.entries()) {
    const same = other.trie.orders[i]!;
    expect(same.size).toBe(order.size);
    for (let n = 0; n < order.size; n++) {
      if (same.word(n) !== order.word(n)) throw new Error(`another word at ${n}`);
      if (same.firstChild(n + 1) !== order.firstChild(n + 1))
        throw new Error(`other continuations at ${n}`);
    }
  }
}

describe("quantize", () => {
  it("keeps a model exactly whose values are few", () => {
    fc.assert(
      fc.property(
        texts,
        fc.integer({ min: 2, max: 4 }),
        fc.constantFrom(...SMOOTHINGS),
        ({ vocabulary, ids }, order, smoothing) => {
          const model = ngram({ order, smoothing }).fitIds(vocabulary, ids);
          const quantized = quantize(model);
          expectSameNgrams(model, quantized);
          expect(quantized.score([ids])).toEqual(model.score([ids]));
          const opened = fromBytes(toBytes(quantized));
          expect(opened.isQuantized).toBe(true);
          expect(opened.trie).toEqual(quantized.trie);
        },
      ),
    );
  });

  it("rounds a larger model, in 8 bytes an n-gram at most", async () => {
    const { vocabulary, ids } = randomText(500, 60_000);
    const model = ngram({ order: 4 }).fitIds(vocabulary, ids);
    const quantized = quantize(model);
    expectSameNgrams(model, quantized);
    expect(bytesPerNgram(model)).toBeLessThanOrEqual(16);
    expect(bytesPerNgram(quantized)).toBeLessThanOrEqual(8);
    const [exact, rounded] = [model, quantized].map((each) => each.score([ids])[0]!);
    const mean = (logProbs: Float32Array) =>
      logProbs.reduce((sum, logProb) => sum + logProb, 0) / logProbs.length;
    expect(Math.abs(mean(exact!) - mean(rounded!))).toBeLessThan(0.01);
    expect(rounded).not.toEqual(exact);
    expect(quantized.notes.join()).toContain("quantised");
    expect(quantize(quantized)).toBe(quantized);

    const opened = fromBytes(toBytes(quantized));
    expect(opened.score([ids])).toEqual([rounded]);
    expect(toBytes(quantized).length).toBeLessThan(0.6 * toBytes(model).length);
    expect((await readArpa(writeArpa(quantized))).score([ids])).toEqual([rounded]);
  });

  it("numbers more words than two bytes can, and more continuations", () => {
    const words = 70_000;
    const vocabulary = new Vocabulary(Array.from({ length: words }, (_, i) => `w${i}`));
    // Every word stands once behind word 0, and once before it.
    const ids = Int32Array.from({ length: 2 * words }, (_, i) => (i % 2 ? i >> 1 : 0));
    const model = ngram({ order: 3, smoothing: "witten-bell" }).fitIds(vocabulary, ids);
    const quantized = quantize(model);
    expectSameNgrams(model, quantized);
    expectSameNgrams(model, fromBytes(toBytes(quantized)));
  });
});
