import { Vocabulary } from "@lm/text";
import { expect, it } from "vitest";
import { sentenceStart } from "./sentence-start.ts";

it.each([
  [["<s>", "</s>", "a"], 1],
  [["a", "<s>"], 1],
  [["</s>", "a"], 0],
  [["a", "b"], undefined],
])("a sentence over %j starts with %s", (tokens, start) => {
  expect(sentenceStart(new Vocabulary(tokens))).toBe(start);
});
