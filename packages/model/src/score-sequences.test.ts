import { Generator } from "@lm/random";
import { Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import { scoreSequences } from "./score-sequences.ts";
import { countStates } from "./toy/count-states.ts";
import { markovChain, randomMarkovChain } from "./toy/markov-chain.ts";

const vocabulary = new Vocabulary(["a", "b"]);
const chain = markovChain(vocabulary, [
  [0.25, 0.75],
  [1, 0],
]);
const sequences = [[0, 1, 0, 0], [1], [0, 0], [1, 1, 0], [1, 0, 1, 0]].map((ids) =>
  Int32Array.from(ids),
);

describe("scoreSequences", () => {
  it("advances sequences of any length", async () => {
    const scores = await scoreSequences(chain, sequences);
    expect(scores.map((row) => [...row].map(Math.exp))).toEqual([
      [expect.closeTo(0.75, 7), 1, expect.closeTo(0.25, 7)],
      [],
      [expect.closeTo(0.25, 7)],
      [0, 1],
      [1, expect.closeTo(0.75, 7), 1],
    ]);
  });

  it("reads sequences of equal length side by side", async () => {
    const batches: number[] = [];
    const model = {
      ...chain,
      start: (batch = 1) => {
        batches.push(batch);
        return chain.start(batch);
      },
    };
    await scoreSequences(model, sequences);
    expect(batches).toEqual([2, 1, 1, 1]);
  });

  it("prefers the fast path", async () => {
    const model = { ...chain, score: () => [Float32Array.of(-7)] };
    expect(await scoreSequences(model, sequences.slice(2, 3))).toEqual([Float32Array.of(-7)]);
  });

  it("refuses an empty sequence", async () => {
    await expect(scoreSequences(chain, [sequences[0]!, new Int32Array()])).rejects.toThrow(
      "sequence 1 is empty",
    );
  });

  it("releases every state, also when aborted or failing", async () => {
    const { model, live } = countStates(randomMarkovChain(vocabulary, new Generator(1)));
    await scoreSequences(model, sequences);
    expect(live()).toBe(0);

    const controller = new AbortController();
    let advances = 0;
    const aborting = {
      ...model,
      advance: (...args: Parameters<typeof model.advance>) => {
        if (++advances === 2) controller.abort(new Error("enough"));
        return model.advance(...args);
      },
    };
    const { signal } = controller;
    await expect(scoreSequences(aborting, sequences, { signal })).rejects.toThrow("enough");
    expect([advances, live()]).toEqual([2, 0]);

    const failing = {
      ...model,
      advance: () => Promise.reject(new Error("lost")),
    };
    await expect(scoreSequences(failing, sequences)).rejects.toThrow("lost");
    expect(live()).toBe(0);
  });
});
