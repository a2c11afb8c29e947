import { Generator } from "@lm/random";
import { Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import { contextModel } from "./context-model.ts";
import { countStates } from "./count-states.ts";
import { markovChain, randomMarkovChain } from "./markov-chain.ts";

const vocabulary = new Vocabulary(["a", "b"]);
const table = [
  [0.25, 0.75],
  [1, 0],
];

describe("markovChain", () => {
  it("gives the row of the last token", async () => {
    const model = markovChain(vocabulary, table);
    const { logProbs } = await model.advance(model.start(2), Int32Array.of(1, 0, 0, 1));
    expect([...logProbs].map(Math.exp)).toEqual([
      expect.closeTo(0.25, 7),
      expect.closeTo(0.75, 7),
      1,
      0,
    ]);
  });

  it.each([
    [[[1, 0]]],
    [
      [
        [0.5, 0.4],
        [1, 0],
      ],
    ],
    [[[1], [1, 0]]],
  ])("refuses %j", (wrong) => {
    expect(() => markovChain(vocabulary, wrong)).toThrow("2 rows of 2 probabilities");
  });
});

describe("contextModel", () => {
  it("hands over the last tokens, no more than may be remembered", async () => {
    const seen: (readonly number[])[] = [];
    const model = contextModel({
      vocabulary,
      contextLength: Number.POSITIVE_INFINITY,
      maximumLength: 3,
      probabilities(context) {
        seen.push(context);
        return [0.5, 0.5];
      },
    });
    const { state } = await model.advance(model.start(), Int32Array.of(0, 1));
    await model.advance(state, Int32Array.of(1, 1));
    expect(seen).toEqual([
      [0, 1],
      [1, 1, 1],
    ]);
  });
});

describe("randomMarkovChain", () => {
  it("has zeros, and never predicts <s>", async () => {
    const words = new Vocabulary(["<s>", "</s>", "a", "b", "c", "d"]);
    const model = randomMarkovChain(words, new Generator(3));
    const { logProbs } = await model.advance(model.start(6), Int32Array.of(0, 1, 2, 3, 4, 5));
    const isZero = (_: number, i: number) => logProbs[i] === Number.NEGATIVE_INFINITY;
    expect(logProbs.filter((_, i) => i % 6 === 0)).toEqual(
      new Float32Array(6).fill(Number.NEGATIVE_INFINITY),
    );
    expect(logProbs.filter(isZero).length).toBeGreaterThan(6);
  });
});

describe("countStates", () => {
  it("counts what has not been released", async () => {
    const { model, live } = countStates(markovChain(vocabulary, table));
    const start = model.start();
    const { state } = await model.advance(start, Int32Array.of(0));
    const selected = model.select(state, [0, 0]);
    expect(live()).toBe(3);
    for (const each of [start, selected]) model.release?.(each);
    expect(live()).toBe(1);
    expect(() => model.release?.(start)).toThrow("release: the state has been released");
    expect(() => model.select(start, [0])).toThrow("select: the state has been released");
  });
});
