import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GPT2, LLAMA3 } from "./pre-tokenization.ts";

const pieces = (text: string, { pattern }: { pattern: RegExp }) =>
  [...text.matchAll(pattern)].map(([piece]) => piece);

// All expected pieces are what the `tokenizers` library gives.
describe("GPT-2's pieces", () => {
  it.each([
    ["it's IT'S we'll 'tis", ["it", "'s", " IT", "'", "S", " we", "'ll", " '", "tis"]],
    ["a1b 22x½Ⅷ", ["a", "1", "b", " 22", "x", "½Ⅷ"]],
    ["a  b\n\n c \t", ["a", " ", " b", "\n\n", " c", " \t"]],
    ["f(x): y!?\n", ["f", "(", "x", "):", " y", "!?", "\n"]],
    ["日本語🙂é e\u0301", ["日本語", "🙂", "é", " e", "\u0301"]],
    ["a\u0085b\ufeffc\u00a0d", ["a", "\u0085", "b", "\ufeff", "c", "\u00a0", "d"]],
  ])("of %j", (text, expected) => {
    expect(pieces(text, GPT2)).toEqual(expected);
  });
});

describe("LLaMA 3's pieces", () => {
  it.each([
    ["it's IT'S we'LL a'ſb", ["it", "'s", " IT", "'S", " we", "'LL", " a", "'ſ", "b"]],
    ["1234567 12½", ["123", "456", "7", " ", "12½"]],
    ["a\n\n  b :)\r\n x  \ty", ["a", "\n\n", " ", " b", " :)\r\n", " x", "  ", "\ty"]],
    ["(x)\u0085\ufeffy", ["(x", ")", "\u0085", "\ufeffy"]],
  ])("of %j", (text, expected) => {
    expect(pieces(text, LLAMA3)).toEqual(expected);
  });
});

it.each([["GPT-2's", GPT2] as const, ["LLaMA 3's", LLAMA3] as const])(
  "%s pieces are the whole text",
  (_, preTokenization) => {
    const unit = fc.oneof(
      fc.string({ unit: "binary", maxLength: 1 }),
      fc.constantFrom(" ", "\n", "'"),
    );
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(pieces(text, preTokenization).join("")).toBe(text);
      }),
    );
  },
);
