import { randomMarkovChain } from "@lm/model/testing";
import { Generator } from "@lm/random";
import {
  bpeTokenizer,
  characterTokenizer,
  type Tokenizer,
  Vocabulary,
  wordTokenizer,
} from "@lm/text";
import { describe, expect, it } from "vitest";
import { promptTokens } from "./prompt.ts";

const words = wordTokenizer("the cat sat");
const letters = characterTokenizer("abc\n");
const bytes = bpeTokenizer("abababab", { size: 257 });

function tokens(tokenizer: Tokenizer, prompt: string, maximumLength?: number): string[] {
  const model = randomMarkovChain(tokenizer.vocabulary, new Generator(1));
  const limited = maximumLength === undefined ? model : { ...model, maximumLength };
  const ids = promptTokens(limited, tokenizer, prompt);
  return Array.from(ids, (id) => tokenizer.vocabulary.token(id));
}

describe("promptTokens", () => {
  it.each([
    ["the beginning of a sentence", words, "the cat", ["</s>", "the", "cat"]],
    ["a sentence that has ended", words, "the cat\n", ["</s>", "the", "cat", "</s>"]],
    ["a sentence and a half", words, "the cat\nsat", ["</s>", "the", "cat", "</s>", "sat"]],
    ["nothing of a model of sentences", words, "", ["</s>"]],
    ["white space before a sentence", words, "  ", ["</s>"]],
    ["an unknown word", words, "the dog", ["</s>", "the", "<unk>"]],
    ["characters", letters, "ab\n", ["a", "b", "\n"]],
    ["an unknown character", letters, "ax", ["a", "<unk>"]],
    ["nothing of a model of characters", letters, "", ["\n"]],
    ["bytes", bytes, "aba\n", ["ab", "a", "Ċ"]],
    ["nothing of a model of bytes", bytes, "", ["Ċ"]],
  ])("reads %s", (_, tokenizer, prompt, expected) => {
    expect(tokens(tokenizer, prompt)).toEqual(expected);
  });

  it("keeps the last tokens of what the model cannot read", () => {
    expect(tokens(letters, "abcab", 3)).toEqual(["c", "a", "b"]);
    expect(tokens(words, "the cat sat", 3)).toEqual(["the", "cat", "sat"]);
    expect(tokens(words, "the cat", 3)).toEqual(["</s>", "the", "cat"]);
  });

  it("starts like a document of a vocabulary that ends them otherwise", () => {
    const documents: Tokenizer = {
      ...letters,
      vocabulary: new Vocabulary(["<|endoftext|>", "a", "b"], { eos: "<|endoftext|>" }),
      encode: (text) =>
        Int32Array.from(text.replaceAll("\n", ""), (letter) => (letter === "a" ? 1 : 2)),
    };
    expect(tokens(documents, "")).toEqual(["<|endoftext|>"]);
    expect(tokens(documents, "ab")).toEqual(["a", "b"]);
  });

  it("refuses an empty prompt where nothing says how a text begins", () => {
    expect(() => tokens(characterTokenizer("abc"), "")).toThrow("the prompt is empty");
  });

  it("refuses a tokenizer that is not the model's", () => {
    const model = randomMarkovChain(letters.vocabulary, new Generator(1));
    expect(() => promptTokens(model, words, "the")).toThrow("do not have the same vocabulary");
    const renamed = characterTokenizer("abd\n");
    expect(() => promptTokens(model, renamed, "a")).toThrow("do not have the same vocabulary");
  });
});
