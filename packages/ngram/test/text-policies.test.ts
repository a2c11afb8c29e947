import { characterTokenizer, wordTokenizer } from "@lm/text";
import { describe, expect, it } from "vitest";
import { countNgrams, ngram, writeCountsTsv } from "../src/index.ts";

const known = wordTokenizer("a b\n");

/** The counts of a text as a table, a line an n-gram. */
function counted(text: string, options: Omit<Parameters<typeof countNgrams>[2], "order"> = {}) {
  const counts = countNgrams(known.vocabulary, known.encode(text), { order: 2, ...options });
  return [...writeCountsTsv(counts)].join("").trimEnd().replaceAll("\t", " ").split("\n");
}

describe("how a text is read", () => {
  it.each([
    ["a sentence stands between <s> and </s>", "a b\n"],
    ["a last line without its newline is a sentence too", "a b"],
    ["a CR before the newline is white space", "a b\r\n"],
    ["<s> and </s> as words are white space", "<s> a </s> b </s>\n"],
    ["words that are not known are white space, <unk> too", "x a <unk> b y\n"],
  ])("%s", (_, text) => {
    expect(counted(text)).toEqual([
      "<s> 1",
      "<s> a 1",
      "</s> 1",
      "a 1",
      "a b 1",
      "b 1",
      "b </s> 1",
    ]);
  });

  it("counts what is not known as <unk> where that is asked for, or refuses it", () => {
    expect(counted("x\n", { unknown: "count" })).toEqual([
      "<unk> 1",
      "<unk> </s> 1",
      "<s> 1",
      "<s> <unk> 1",
      "</s> 1",
    ]);
    expect(() => counted("a x\n", { unknown: "error" })).toThrow("token 1 of the text is <unk>");
  });

  it("counts a blank line as a sentence without words, or leaves it out", () => {
    expect(counted("\na\n\n")).toEqual([
      "<s> 3",
      "<s> </s> 2",
      "<s> a 1",
      "</s> 3",
      "a 1",
      "a </s> 1",
    ]);
    expect(counted("\na\n\n", { blankLines: "skip" })).toEqual([
      "<s> 1",
      "<s> a 1",
      "</s> 1",
      "a 1",
      "a </s> 1",
    ]);
    const model = ngram({ order: 1, smoothing: "mle", blankLines: "skip" }).fit(known, "\n\na\n");
    expect(model.score([known.encode("\na\n")])[0]![0]).toBeCloseTo(Math.log(1 / 2));
  });

  it("takes a NUL as part of a word", () => {
    const tokenizer = wordTokenizer("a\0 \0\n");
    expect(tokenizer.vocabulary.tokens.slice(3)).toEqual(["a\0", "\0"]);
    const counts = countNgrams(tokenizer.vocabulary, tokenizer.encode("a\0 \0\n"), { order: 3 });
    expect(counts.orders.map(({ counts }) => counts.reduce((sum, n) => sum + n))).toEqual([
      4, 3, 2,
    ]);
  });

  it("has one sequence without boundaries where the tokenizer has no sentences", () => {
    const tokenizer = characterTokenizer("ab\n");
    const { bos, orders } = countNgrams(tokenizer.vocabulary, tokenizer.encode("a\nb"), {
      order: 3,
    });
    expect(bos).toBeUndefined();
    expect(orders.map(({ counts }) => counts.reduce((sum, n) => sum + n))).toEqual([3, 2, 1]);
  });

  it("leaves probability for unknown words in an open vocabulary alone", () => {
    const probability = (openVocabulary: boolean) => {
      const model = ngram({ order: 1, smoothing: { add: 1 }, openVocabulary }).fit(known, "a\n");
      return Math.exp(model.score([Int32Array.of(2, 0)])[0]![0]!);
    };
    expect(probability(true)).toBeCloseTo(1 / 6);
    expect(probability(false)).toBe(0);
  });
});
