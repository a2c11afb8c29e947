import { readFileSync } from "node:fs";
import { characterTokenizer, wordTokenizer } from "@lm/text";
import { describe, expect, it } from "vitest";
import { describeShared } from "../../../tools/shared.ts";
import { countNgrams, ngram } from "../src/index.ts";
import { perplexity } from "./perplexity.ts";

/*
 * Every perplexity that KenLM printed for whole data sets; `npm run bench` shows them beside times. The
 * numbers have seven or eight digits, and are to be met within 1e-6 of their size.
 */
function expectRatio(actual: number, expected: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(1e-6);
}

describeShared("tiny shakespeare", ["data/tinyshakespeare/input.txt"], (path) => {
  const text = readFileSync(path, "utf8");
  const [train, test] = [text.slice(0, 1_003_854), text.slice(1_003_854)];

  describe("words", () => {
    const tokenizer = wordTokenizer(train);
    it.each([
      [3, 495.12875, 248.35237],
      [5, 494.18786, 247.94082],
    ])("order %i", (order, including, excluding) => {
      const model = ngram({ order }).fit(tokenizer, train);
      const result = perplexity(model, tokenizer.encode(test));
      expectRatio(result.perplexity, including);
      expectRatio(result.withoutUnknown, excluding);
    });
  });

  describe("characters, a line a sentence", () => {
    const spaced = (lines: string) => lines.replaceAll(" ", "▁").replace(/[^\n]/gu, "$& ");
    const tokenizer = wordTokenizer(spaced(train));
    it.each([
      [4, 5.75349],
      [6, 4.67899],
    ])("order %i", (order, expected) => {
      const model = ngram({ order }).fit(tokenizer, spaced(train));
      expectRatio(perplexity(model, tokenizer.encode(spaced(test))).perplexity, expected);
    });
  });

  it("characters, the whole text as one sequence", () => {
    const tokenizer = characterTokenizer(train);
    const model = ngram({ order: 6 }).fit(tokenizer, train);
    // An own measurement of another program, in nats, to three decimals.
    expect(Math.log(perplexity(model, tokenizer.encode(test)).perplexity)).toBeCloseTo(1.523, 3);
  });
});

describeShared(
  "WikiText-2",
  ["train", "valid", "test"].map((part) => `data/wikitext-2/${part}.txt`),
  (...paths) => {
    const raw = paths.map((path) => readFileSync(path, "utf8"));
    const [train, valid, test] = raw.map((text) => text.replaceAll("<unk>", "__unk__")) as [
      string,
      string,
      string,
    ];

    it("orders 5 and 3, and without n-grams of one occurrence from order 3", () => {
      const tokenizer = wordTokenizer(train);
      const counts = countNgrams(tokenizer.vocabulary, tokenizer.encode(train), { order: 5 });
      const all = ngram({ order: 5 }).fitCounts(counts);
      expectRatio(perplexity(all, tokenizer.encode(test)).perplexity, 220.13852);
      expectRatio(perplexity(all, tokenizer.encode(valid)).perplexity, 234.86199);
      const pruned = ngram({ order: 5, prune: [0, 0, 1] }).fitCounts(counts);
      expectRatio(perplexity(pruned, tokenizer.encode(test)).perplexity, 225.68329);
      const three = ngram({ order: 3 }).fit(tokenizer, train);
      expectRatio(perplexity(three, tokenizer.encode(test)).perplexity, 226.05099);
    }, 60_000);

    it("with <unk> skipped in training and unknown in the test", () => {
      const tokenizer = wordTokenizer(raw[0]!);
      const model = ngram({ order: 5 }).fit(tokenizer, raw[0]!);
      const result = perplexity(model, tokenizer.encode(raw[2]!));
      expectRatio(result.perplexity, 428.43706);
      expectRatio(result.withoutUnknown, 254.91909);
    }, 60_000);
  },
);
