import { readFileSync } from "node:fs";
import { type Tokenizer, wordTokenizer } from "@lm/text";
import { describe, expect, it } from "vitest";
import { describeShared } from "../../../tools/shared.ts";
import { type NgramModel, ngram, readArpa, writeArpa } from "../src/index.ts";
import { perplexity } from "./perplexity.ts";

const text = (path: string) => readFileSync(path, "utf8");
const pieces = (model: NgramModel) => [...writeArpa(model)].join("");

/** The log10 probability and back-off weight of every n-gram in an ARPA file, by its words. */
function entriesOf(arpa: string): Map<string, [logProb: number, backoff: number]> {
  const lines = arpa.split("\n").flatMap((line) => (line.includes("\t") ? [line.split("\t")] : []));
  return new Map(
    lines.map(([logProb, words, backoff]) => [words!, [Number(logProb), Number(backoff ?? 0)]]),
  );
}

/** Every n-gram with its probability and weight, to within 1e-5 in log10: KenLM computes in float32. */
function expectSameEntries(model: NgramModel, arpa: string): void {
  const ours = entriesOf(pieces(model));
  const theirs = entriesOf(arpa);
  // <s> is never predicted; KenLM writes 0 for its probability.
  expect(Math.abs(ours.get("<s>")![1] - theirs.get("<s>")![1])).toBeLessThan(1e-5);
  theirs.delete("<s>");
  ours.delete("<s>");
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
  let worst = 0;
  for (const [words, [logProb, backoff]] of theirs) {
    const entry = ours.get(words)!;
    worst = Math.max(worst, Math.abs(entry[0] - logProb), Math.abs(entry[1] - backoff));
  }
  expect(worst).toBeLessThan(1e-5);
}

/** The discounts that the log of lmplz prints, one line an order. */
function loggedDiscounts(log: string): number[][] {
  const lines = log.matchAll(/^\d+ \d+ D1=(\S+) D2=(\S+) D3\+=(\S+)$/gm);
  return [...lines].map((line) => line.slice(1).map(Number));
}

interface ScoredToken {
  readonly word: string;
  readonly isUnknown: boolean;
  readonly order: number;
  readonly log10: number;
}

/** The lines of `query -v word`: `word=id order log10` for each token, tab-separated, and a total. */
function scoredTokens(scores: string): ScoredToken[] {
  return [...scores.matchAll(/(\S+)=(\d+) (\d+) (-\S+)/g)].map(([, word, id, order, log10]) => ({
    word: word!,
    isUnknown: id === "0",
    order: Number(order),
    log10: Number(log10),
  }));
}

function expectSameScores(model: NgramModel, tokenizer: Tokenizer, test: string, scores: string) {
  const { eos } = tokenizer.vocabulary;
  const ids = tokenizer.encode(test);
  const expected = scoredTokens(scores);
  expect(ids.length).toBe(expected.length);
  let context = [eos!];
  for (const [i, { word, isUnknown, order, log10 }] of expected.entries()) {
    if (!isUnknown) expect(tokenizer.vocabulary.tokens[ids[i]!]).toBe(word);
    expect(ids[i] === tokenizer.vocabulary.unk).toBe(isUnknown);
    const { logProb, matchedOrder } = model.query(context, ids[i]!);
    expect(matchedOrder).toBe(order);
    expect(Math.abs(logProb / Math.LN10 - log10)).toBeLessThan(1e-5);
    context = [...context, ids[i]!];
  }
  const result = perplexity(model, ids);
  const [, including] = /including OOVs:\s+(\S+)/.exec(scores)!;
  const [, excluding] = /excluding OOVs:\s+(\S+)/.exec(scores)!;
  expect(result.perplexity / Number(including) - 1).toBeCloseTo(0, 6);
  expect(result.withoutUnknown / Number(excluding) - 1).toBeCloseTo(0, 6);
}

const folder = "reference/kenlm";

describe.each([
  [2, "o2"],
  [3, "o3"],
  [4, "o4.fb"],
  [5, "o5.fb"],
])("KenLM of order %i on 1,500 lines", (order, name) => {
  const files = ["ts1500.train.txt", "ts100.test.txt", "arpa", "log", "scores.txt"].map((file) =>
    file.startsWith("ts") ? `${folder}/${file}` : `${folder}/ts1500.${name}.${file}`,
  );
  describeShared("modified Kneser–Ney", files, (train, test, arpa, log, scores) => {
    const tokenizer = wordTokenizer(text(train!));
    const model = ngram({ order }).fit(tokenizer, text(train!));

    it("estimates the same discounts", () => {
      const logged = loggedDiscounts(text(log!));
      expect(logged.length).toBe(order);
      // The log has six digits, of values in float32.
      for (const [i, { values }] of model.origin!.discounts!.entries())
        for (const [j, value] of values.entries())
          expect(Math.abs(value - logged[i]![j]!)).toBeLessThan(1e-5);
    });

    it("gives every n-gram the same probability and back-off weight", () => {
      expectSameEntries(model, text(arpa!));
    });

    it("gives them also from the discounts in the log", () => {
      const discounts = loggedDiscounts(text(log!)) as unknown as [number, number, number][];
      const smoothing = { "modified-kneser-ney": { discounts } };
      expectSameEntries(ngram({ order, smoothing }).fit(tokenizer, text(train!)), text(arpa!));
    });

    it("scores every token of the test text the same, from the same order", () => {
      expectSameScores(model, tokenizer, text(test!), text(scores!));
    });

    it("scores so also what it reads from KenLM's own file", async () => {
      const read = await readArpa(text(arpa!));
      // The file's unigrams are <unk>, <s>, </s> and the words as they came, as in the tokenizer.
      expect(read.vocabulary.tokens).toEqual(tokenizer.vocabulary.tokens);
      expectSameScores(read, tokenizer, text(test!), text(scores!));
      expect(read.origin).toBeUndefined();
    });
  });
});

describe.each([
  [3, "toy1", [1, 2, 3]],
  [2, "toy2", [1]],
])("KenLM of order %i on the few lines of %s", (order, name, fallbacks) => {
  const files = [`${folder}/${name}.txt`, `${folder}/${name}f.arpa`];
  describeShared("modified Kneser–Ney", files, (train, arpa) => {
    it("gives the same model, with fallback discounts for the same orders", () => {
      const model = ngram({ order }).fit(wordTokenizer(text(train!)), text(train!));
      const fallen = model.origin!.discounts!.filter(({ source }) => source === "fallback");
      expect(fallen.map((discount) => discount.order)).toEqual(fallbacks);
      expectSameEntries(model, text(arpa!));
    });
  });
});
