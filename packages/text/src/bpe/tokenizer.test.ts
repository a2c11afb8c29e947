import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bpeTokenizer } from "./tokenizer.ts";

const tokenizer = bpeTokenizer("the cat and the hat, the cats and the hats\n".repeat(3), {
  size: 265,
});

describe("bpeTokenizer", () => {
  it("has the bytes, then a token for each merge, and no reserved tokens", () => {
    const { tokens, bos, eos, unk } = tokenizer.vocabulary;
    expect(tokens).toHaveLength(265);
    expect(tokens.slice(0, 3)).toEqual(["!", '"', "#"]);
    expect(tokens.slice(256, 260)).toEqual(["at", "he", "the", "Ġthe"]);
    expect([...tokenizer.encode("the hat")].map((id) => tokens[id])).toEqual(["the", "Ġ", "hat"]);
    expect([bos, eos, unk]).toEqual([undefined, undefined, undefined]);
  });

  it("gives any string back, lone surrogates as U+FFFD", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("the", " ", "\n", "'s", "1", "é", "\ud83d", "\ude42") }),
    );
    fc.assert(
      fc.property(text, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text.toWellFormed());
      }),
      { numRuns: 500 },
    );
    expect(tokenizer.decode(tokenizer.encode("\ufeffa\ud83d"))).toBe("\ufeffa\ufffd");
  });

  it("reads a text alike however much it has read before", () => {
    const fresh = bpeTokenizer("0 1 2 10 11 12 100 101 102", { size: 270 });
    const used = bpeTokenizer("0 1 2 10 11 12 100 101 102", { size: 270 });
    const numbers = Array.from({ length: 70_000 }, (_, i) => i).join(" ");
    const ids = used.encode(numbers);
    expect(used.encode(numbers)).toEqual(ids);
    expect(used.encode("12 100")).toEqual(fresh.encode("12 100"));
    expect(used.decode(ids)).toBe(numbers);
  });

  it("reads one long piece in a moment", () => {
    const ids = bpeTokenizer("aaaaaaaa", { size: 258 }).encode("a".repeat(300_001));
    expect(ids).toHaveLength(75_001);
  });

  it("refuses sizes that it cannot have, and ids that it has not", () => {
    for (const size of [255, 256.5, Number.POSITIVE_INFINITY])
      expect(() => bpeTokenizer("", { size })).toThrow(`size is ${size}`);
    expect(() => tokenizer.decode([0, 265])).toThrow("there is no id 265");
    expect(() => tokenizer.decode([-1])).toThrow("there is no id -1");
  });
});
