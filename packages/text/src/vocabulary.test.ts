import { expect, it } from "vitest";
import { TokenizerError } from "./errors.ts";
import { Vocabulary } from "./vocabulary.ts";

it("knows tokens by id and ids by token", () => {
  const vocabulary = new Vocabulary(["<unk>", "a", "</s>", "__proto__"]);
  expect(vocabulary.size).toBe(4);
  expect(vocabulary.id("a")).toBe(1);
  expect(vocabulary.id("__proto__")).toBe(3);
  expect(vocabulary.id("constructor")).toBeUndefined();
  expect(vocabulary.token(2)).toBe("</s>");
});

it("finds the reserved tokens that are there, under their usual or another name", () => {
  const usual = new Vocabulary(["<unk>", "a", "</s>"]);
  expect([usual.bos, usual.eos, usual.unk]).toEqual([undefined, 2, 0]);
  const other = new Vocabulary(["a", "<|end|>", "</s>"], { bos: "<|end|>", eos: "<|end|>" });
  expect([other.bos, other.eos, other.unk]).toEqual([1, 1, undefined]);
});

it("refuses a token that stands twice, and ids that it does not have", () => {
  expect(() => new Vocabulary(["a", "b", "a"])).toThrow('"a" stands at 0 and again at 2');
  const vocabulary = new Vocabulary(["a", "b"]);
  for (const id of [2, -1, 0.5, Number.NaN])
    expect(() => vocabulary.token(id)).toThrow(TokenizerError);
  expect(() => vocabulary.token(2)).toThrow("there is no id 2; the 2 tokens have the ids 0 to 1");
});
