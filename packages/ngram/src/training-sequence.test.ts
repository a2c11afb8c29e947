import { Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import {
  type BlankLinePolicy,
  SentenceCutter,
  trainingSequence,
  type UnknownPolicy,
} from "./training-sequence.ts";

const words = new Vocabulary(["<unk>", "<s>", "</s>", "a", "b"]);
const sequence = (ids: number[], unknown: UnknownPolicy = "skip", vocabulary = words) =>
  trainingSequence(vocabulary, Int32Array.from(ids), unknown);

describe("trainingSequence", () => {
  it("opens every sentence with <s> and closes the last one", () => {
    expect([...sequence([3, 2, 2, 4]).symbols]).toEqual([1, 3, 2, 1, 2, 1, 4, 2]);
  });

  it("makes up a symbol for <s> where the vocabulary has sentences but no <s>", () => {
    const { symbols, bos, symbolCount } = sequence(
      [1, 0, 1],
      "skip",
      new Vocabulary(["</s>", "a"]),
    );
    expect([[...symbols], bos, symbolCount]).toEqual([[2, 1, 0, 2, 1, 0], 2, 3]);
  });

  it("leaves a text without sentences as it is", () => {
    const { symbols, bos } = sequence([1, 0, 1], "skip", new Vocabulary(["x", "y"]));
    expect([[...symbols], bos]).toEqual([[1, 0, 1], undefined]);
  });

  it("skips unknown words as if they were white space, or counts them", () => {
    expect([...sequence([3, 0, 4, 2]).symbols]).toEqual([1, 3, 4, 2]);
    expect([...sequence([3, 0, 4, 2], "count").symbols]).toEqual([1, 3, 0, 4, 2]);
  });

  it("counts blank lines, or leaves them out, and lines of skipped words with them", () => {
    const cut = (ids: number[], blankLines: BlankLinePolicy) => {
      const cutter = new SentenceCutter(words, { blankLines });
      const symbols = new Int32Array(20);
      return [
        ...symbols.subarray(0, cutter.end(symbols, cutter.cut(Int32Array.from(ids), symbols, 0))),
      ];
    };
    expect(cut([2, 3, 2, 0, 2, 4], "count")).toEqual([1, 2, 1, 3, 2, 1, 2, 1, 4, 2]);
    expect(cut([2, 3, 2, 0, 2, 4], "skip")).toEqual([1, 3, 2, 1, 4, 2]);
    expect(() => cut([0, 2], "skip")).toThrow(
      "are unknown words or blank lines, which are skipped",
    );
  });

  it("refuses unknown words where that is asked for", () => {
    expect(() => sequence([3, 0], "error")).toThrow(
      'token 1 of the text is <unk>, and unknown is "error"',
    );
    expect([...sequence([3, 2], "error").symbols]).toEqual([1, 3, 2]);
  });

  it.each([
    [
      "an id outside the vocabulary",
      [3, 5],
      "token 1 of the text has id 5, but the vocabulary has",
    ],
    ["a negative id", [-1], "token 0 of the text has id -1"],
    ["<s>", [3, 1], "token 1 of the text is <s>"],
    ["no tokens", [], "the text has no tokens"],
    ["only unknown words", [0, 0], "all 2 tokens of the text are unknown words"],
  ])("refuses %s", (_, ids, message) => {
    expect(() => sequence(ids)).toThrow(message);
  });
});
