import { describe, expect, it } from "vitest";
import { bpeTokenizer } from "./bpe/tokenizer.ts";
import { characterTokenizer } from "./character.ts";
import { encodeStream } from "./encode-stream.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { wordTokenizer } from "./word.ts";

/** A long text with everything that pieces could be cut wrongly at. */
const paragraph =
  "to be,  or not to be🙂 that's the\r\n\r\n  question \n\ta\0b <unk> <s> </s> \u00a0é 123 !?\n\n";
const long = paragraph.repeat(9000);

function* pieces(text: string, length: number): Generator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

async function encoded(
  tokenizer: Tokenizer,
  source: Iterable<string> | AsyncIterable<string>,
): Promise<[number[], number]> {
  const ids: number[] = [];
  let count = 0;
  for await (const piece of encodeStream(tokenizer, source)) {
    for (const id of piece) ids.push(id);
    count++;
  }
  return [ids, count];
}

describe("encodeStream", () => {
  const tokenizers = [
    ["words", wordTokenizer(paragraph)],
    ["characters", characterTokenizer(paragraph)],
    ["byte pairs", bpeTokenizer(paragraph, { size: 300 })],
  ] as const;

  it.each(tokenizers)("gives the ids of the whole text, for %s", async (_, tokenizer) => {
    for (const [text, length] of [
      [long, 300_007],
      [long, 7001],
      [long.slice(0, -1), 65_536],
      [paragraph, 1],
      ["", 1],
    ] as const) {
      const [ids, count] = await encoded(tokenizer, pieces(text, length));
      // So many numbers are compared faster by hand.
      const expected = tokenizer.encode(text);
      expect(ids.length).toBe(expected.length);
      expect(ids.every((id, i) => id === expected[i])).toBe(true);
      if (text === long) expect(count).toBeGreaterThan(1);
    }
  });

  it("holds no more than a word that has no end", async () => {
    const tokenizer = wordTokenizer("a");
    const [ids] = await encoded(tokenizer, pieces(`${"x".repeat(2_000_000)} a\n`, 10_000));
    expect(ids).toEqual([0, 3, 2]);
    const characters = characterTokenizer("🙂");
    const [all, count] = await encoded(characters, pieces("🙂".repeat(300_000), 10_001));
    expect([all.length, new Set(all).size]).toEqual([300_000, 1]);
    expect(count).toBeGreaterThan(1);
  });

  it("reads streams", async () => {
    const tokenizer = wordTokenizer("a b");
    const stream = new Response("a b\nb").body!.pipeThrough(new TextDecoderStream());
    const [ids] = await encoded(tokenizer, stream as unknown as AsyncIterable<string>);
    expect(ids).toEqual([3, 4, 2, 4, 2]);
  });
});
