import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bpeTokenizer } from "./bpe/tokenizer.ts";
import { characterTokenizer } from "./character.ts";
import { streamingDecoder } from "./streaming.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { wordTokenizer } from "./word.ts";

const stream = (tokenizer: Tokenizer, ids: readonly number[]) => {
  const decoder = streamingDecoder(tokenizer);
  return [...ids.map((id) => decoder.push(id)), decoder.end()];
};
const bytes = bpeTokenizer("", { size: 256 });
const byteIds = (...values: number[]) =>
  // GPT-2 writes the bytes from 0x80 to 0xa0 as U+0122 to U+0142, and those used here above as they are.
  values.map(
    (byte) =>
      bytes.vocabulary.id(String.fromCharCode(byte >= 0x80 && byte <= 0xa0 ? byte + 0xa2 : byte))!,
  );

describe("streamingDecoder", () => {
  it("holds a character back until it is whole", () => {
    expect(stream(bytes, byteIds(0x61, 0xe2, 0x82, 0xac, 0x62))).toEqual([
      "a",
      "",
      "",
      "€",
      "b",
      "",
    ]);
    expect(stream(bytes, byteIds(0xf0, 0x9f, 0x99, 0x82))).toEqual(["", "", "", "🙂", ""]);
  });

  it("gives what can no longer become a character as U+FFFD", () => {
    expect(stream(bytes, byteIds(0xe2, 0x82, 0x61))).toEqual(["", "", "\ufffda", ""]);
    expect(stream(bytes, byteIds(0x80, 0x80, 0x80))).toEqual(["", "\ufffd", "\ufffd", "\ufffd"]);
    expect(stream(bytes, byteIds(0x61, 0xf0, 0x9f))).toEqual(["a", "", "", "\ufffd"]);
  });

  it("writes the spaces between words as they come", () => {
    const tokenizer = wordTokenizer("a b\n");
    expect(stream(tokenizer, [3, 4, 2, 4, 3, 3, 3, 3, 3, 2, 2, 3])).toEqual([
      "a",
      " b",
      "\n",
      "b",
      " a",
      " a",
      " a",
      " a",
      " a",
      "\n",
      "\n",
      "a",
      "",
    ]);
  });

  it("starts anew after the end, and is not upset by an id that there is not", () => {
    const decoder = streamingDecoder(wordTokenizer("a b"));
    decoder.push(3);
    expect(() => decoder.push(99)).toThrow("there is no id 99");
    expect(decoder.push(4)).toBe(" b");
    decoder.end();
    expect(decoder.push(4)).toBe("b");
  });

  const sample = "the cats, the mats \u00e9\u20ac🙂 \ufeff \ufffd <unk>\n";
  it.each([
    ["characters", characterTokenizer(sample)],
    ["words", wordTokenizer(sample)],
    ["bytes", bytes],
    ["byte pairs", bpeTokenizer(sample.repeat(3), { size: 290 })],
  ])("gives the text of any tokens piece by piece: %s", (_, tokenizer) => {
    const { size } = tokenizer.vocabulary;
    const likely = tokenizer.encode(sample);
    const id = fc.oneof(fc.nat(size - 1), fc.constantFrom(...likely, ...byteIdsIn(tokenizer)));
    fc.assert(
      fc.property(fc.array(id, { maxLength: 40 }), (ids) => {
        const pieces = stream(tokenizer, ids);
        expect(pieces.join("")).toBe(tokenizer.decode(ids));
        for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

/** The ids of the bytes at which UTF-8 decides, where the tokenizer has bytes. */
function byteIdsIn(tokenizer: Tokenizer): number[] {
  return byteIds(0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4).filter(
    () => tokenizer.vocabulary.unk === undefined,
  );
}
