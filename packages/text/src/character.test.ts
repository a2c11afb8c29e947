import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { characterTokenizer } from "./character.ts";

const text = fc.string({ unit: "binary", maxLength: 50 });

describe("characterTokenizer", () => {
  it("orders code points, not code units, after <unk>", () => {
    const tokenizer = characterTokenizer("b\n🙂a\uffeeb");
    expect(tokenizer.vocabulary.tokens).toEqual(["<unk>", "\n", "a", "b", "\uffee", "🙂"]);
    const { bos, eos, unk } = tokenizer.vocabulary;
    expect([bos, eos, unk]).toEqual([undefined, undefined, 0]);
    expect([...tokenizer.encode("🙂\nab")]).toEqual([5, 1, 2, 3]);
  });

  it("reads what it has not seen as <unk>", () => {
    const tokenizer = characterTokenizer("ab");
    expect([...tokenizer.encode("aAb🙂")]).toEqual([1, 0, 2, 0]);
    expect(tokenizer.decode([1, 0, 2])).toBe("a<unk>b");
    expect([...tokenizer.encode("<unk>")]).toEqual([0, 0, 0, 0, 0]);
  });

  it("reads a lone surrogate as U+FFFD", () => {
    const tokenizer = characterTokenizer("a\ud83d");
    expect(tokenizer.vocabulary.tokens).toEqual(["<unk>", "a", "\ufffd"]);
    expect([...tokenizer.encode("\ude42a\ufffd")]).toEqual([2, 1, 2]);
  });

  it("gives any text back whose characters it knows", () => {
    fc.assert(
      fc.property(text, (known) => {
        const tokenizer = characterTokenizer(known);
        const ids = tokenizer.encode(known);
        expect(ids.length).toBe([...known].length);
        expect(tokenizer.decode(ids)).toBe(known.toWellFormed());
      }),
    );
  });

  it("refuses ids outside the vocabulary", () => {
    expect(() => characterTokenizer("ab").decode([1, 3])).toThrow("there is no id 3");
  });
});
