import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { bpeTokenizer, characterTokenizer, tokenizerFromJson, wordTokenizer } from "@lm/text";
import { describe, expect, it } from "vitest";
import { describeShared } from "../../../tools/shared.ts";

// What the `tokenizers` library makes of the same texts; fixtures/generate.py wrote it.
interface Truth {
  readonly trainedOn: string;
  readonly document: {
    readonly added_tokens: readonly { content: string; id: number }[];
    readonly model: { readonly vocab: Record<string, number>; readonly merges?: string[][] };
  };
  readonly cases: readonly { text: string; ids: number[]; decoded: string }[];
}
interface LargeTruth {
  readonly size: number;
  readonly merges: string;
  readonly ids: string;
  readonly length: number;
}
const lines = readFileSync(new URL("./fixtures/hugging-face.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
const truth = (name: string): Truth & LargeTruth => lines.find((line) => line.name === name);

/** A document as it is written here: merges as strings, added tokens in the model's vocabulary too. */
function asWritten({ document }: Truth): object {
  const { added_tokens, model } = document;
  const added = added_tokens.map(({ content, id }) => [content, id]);
  const vocab = { ...model.vocab, ...Object.fromEntries(added) };
  const merges = model.merges?.map((merge) => merge.join(" "));
  return { ...document, model: { ...model, vocab, ...(merges && { merges }) } };
}

const trained = {
  character: characterTokenizer(truth("character").trainedOn),
  word: wordTokenizer(truth("word").trainedOn),
  gpt2: bpeTokenizer(truth("gpt2").trainedOn, { size: 310 }),
};

describe.each(["character", "word", "gpt2", "llama3"])("the %s tokenizer.json", (name) => {
  const { document, cases } = truth(name);
  const tokenizer = tokenizerFromJson(document);

  it.each(cases)("reads and decodes case %# as the library does", ({ text, ids, decoded }) => {
    expect([...tokenizer.encode(text)]).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
  });

  it("is written as it was read", () => {
    expect(JSON.parse(JSON.stringify(tokenizer))).toEqual(asWritten(truth(name)));
  });
});

describe.each(Object.entries(trained))("training a %s tokenizer", (name, tokenizer) => {
  it("gives the library's document", () => {
    expect(JSON.parse(JSON.stringify(tokenizer))).toEqual(asWritten(truth(name)));
  });

  it("gives what its own document gives again", () => {
    const again = tokenizerFromJson(JSON.parse(JSON.stringify(tokenizer)));
    expect(again.vocabulary).toEqual(tokenizer.vocabulary);
    for (const { text } of truth(name).cases)
      expect(again.encode(text)).toEqual(tokenizer.encode(text));
  });
});

describeShared("byte pairs of tiny shakespeare", ["data/tinyshakespeare/input.txt"], (path) => {
  it("are the library's, and so are the ids", () => {
    const { size, merges, ids, length } = truth("tinyshakespeare");
    const text = readFileSync(path, "utf8");
    const tokenizer = bpeTokenizer(text, { size });
    const { model } = JSON.parse(JSON.stringify(tokenizer));
    const digest = (parts: readonly unknown[]) =>
      createHash("sha256").update(parts.join("\n")).digest("hex");
    expect(digest(model.merges)).toBe(merges);
    const encoded = tokenizer.encode(text);
    expect(encoded.length).toBe(length);
    expect(digest([...encoded])).toBe(ids);
  });
});
