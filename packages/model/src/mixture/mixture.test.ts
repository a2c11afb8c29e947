import { Generator } from "@lm/random";
import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LanguageModel } from "../language-model.ts";
import { scoreSequences } from "../score-sequences.ts";
import { languageModelCases } from "../suite/language-model-cases.ts";
import { contextModel } from "../toy/context-model.ts";
import { countStates } from "../toy/count-states.ts";
import { markovChain, randomMarkovChain } from "../toy/markov-chain.ts";
import { testLanguageModel } from "../vitest.ts";
import { mixLogProbs, mixture } from "./mixture.ts";
import { unigramCache } from "./unigram-cache.ts";

const tolerance = 1e-6;
const vocabulary = new Vocabulary(["<unk>", "<s>", "</s>", "a", "b"]);
const chain = (seed: number) => randomMarkovChain(vocabulary, new Generator(seed));

/** Probabilities that depend on every token that has been read. */
function recurrent(options: { readonly maximumLength?: number } = {}) {
  return contextModel({
    vocabulary,
    contextLength: options.maximumLength ?? Number.POSITIVE_INFINITY,
    ...options,
    probabilities(context) {
      const generator = new Generator(context.reduce((sum, token) => (sum * 7 + token) % 1e6, 3));
      const weights = vocabulary.tokens.map((_, id) => (id === 1 ? 0 : 0.1 + generator.uniform()));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight) => weight / total);
    },
  });
}

/** The model, but its answers come later, when the caller may have written over the tokens. */
function late<State>(model: LanguageModel<State>): LanguageModel<State> {
  return {
    ...model,
    async advance(state, tokens) {
      await new Promise((resolve) => setTimeout(resolve));
      return model.advance(state, tokens.slice());
    },
  };
}

describe("a mixture of a chain, a model of everything read, and a cache", () => {
  const first = countStates(chain(1));
  const second = countStates(recurrent());
  const mixed = mixture(
    [first.model, late(second.model), unigramCache(vocabulary, { length: 4 })],
    [0.2, 0.5, 0.3],
  );
  testLanguageModel({ model: mixed, tolerance, memory: () => first.live() + second.live() });

  it("sees as far back as the one that sees farthest", () => {
    expect(mixed.contextLength).toBe(Number.POSITIVE_INFINITY);
    expect(mixture([chain(1), unigramCache(vocabulary)], [0.5, 0.5]).contextLength).toBe(500);
  });
});

describe("a mixture with a model that cannot read on and on", () => {
  const mixed = mixture([recurrent({ maximumLength: 9 }), chain(2)], [0.5, 0.5]);
  testLanguageModel({ model: mixed, tolerance });

  it("reads no more than that one can", () => expect(mixed.maximumLength).toBe(9));
});

describe("a mixture with scores that are no probabilities", () => {
  const scores = { ...chain(3), isNormalized: false };
  testLanguageModel({ model: mixture([scores, chain(4)], [0.5, 0.5]), tolerance });

  it("says so", () => {
    expect(mixture([scores, chain(4)], [0.5, 0.5]).isNormalized).toBe(false);
    expect(mixture([chain(3), chain(4)], [0.5, 0.5]).isNormalized).toBeUndefined();
  });
});

describe("mixture", () => {
  const letters = new Vocabulary(["a", "b"]);
  const never = markovChain(letters, [
    [1, 0],
    [1, 0],
  ]);
  const even = markovChain(letters, [
    [0.5, 0.5],
    [0.5, 0.5],
  ]);

  it("is Σ λ p, also where a model holds something for impossible", async () => {
    const mixed = mixture([never, even], [0.25, 0.75]);
    const { logProbs } = await mixed.advance(mixed.start(), Int32Array.of(0));
    expect([...logProbs].map(Math.exp)).toEqual([
      expect.closeTo(0.25 + 0.75 * 0.5, 7),
      expect.closeTo(0.75 * 0.5, 7),
    ]);
    const none = mixture([never, never], [0.25, 0.75]);
    const answer = await none.advance(none.start(), Int32Array.of(0));
    expect([...answer.logProbs]).toEqual([expect.closeTo(0, 12), Number.NEGATIVE_INFINITY]);
  });

  it("with a weight of 1 is that model", async () => {
    const mixed = mixture([never, even], [0, 1]);
    const { logProbs } = await mixed.advance(mixed.start(2), Int32Array.of(0, 1));
    expect(logProbs).toEqual(new Float32Array(4).fill(Math.log(0.5)));
  });

  it("reads what was handed in, whatever becomes of it while a model waits", async () => {
    const mixed = mixture([late(chain(1)), chain(2)], [0.5, 0.5]);
    const tokens = Int32Array.of(3);
    const answer = mixed.advance(mixed.start(), tokens);
    tokens[0] = 4;
    const expected = await mixed.advance(mixed.start(), Int32Array.of(3));
    expect((await answer).logProbs).toEqual(expected.logProbs);
  });

  it("gives its components' states back when one of them fails", async () => {
    const { model, live } = countStates(chain(1));
    const failing = { ...chain(2), advance: () => Promise.reject(new Error("lost")) };
    const mixed = mixture([model, failing], [0.5, 0.5]);
    const state = mixed.start();
    await expect(mixed.advance(state, Int32Array.of(3))).rejects.toThrow("lost");
    mixed.release!(state);
    expect(live()).toBe(0);
  });

  it.each([
    [[], [], "there are no models"],
    [[even], [], "the weights of 1 models are []"],
    [[even, never], [0.5, 0.4], "[0.5, 0.4]"],
    [[even, never], [1.5, -0.5], "[1.5, -0.5]"],
    [[even, never], [Number.NaN, 1], "NaN"],
    [[even, chain(1)], [0.5, 0.5], "model 1 has another vocabulary than model 0: 5 tokens, not 2"],
  ])("refuses %#", (models, weights, message) => {
    expect(() => mixture(models as LanguageModel[], weights)).toThrow(message);
  });

  it.each([
    [new Vocabulary(["a", "c"]), 'token 1 is "c", not "b"'],
    [new Vocabulary(["a", "b"], { eos: "b" }), "its eos is token 1, not undefined"],
  ])("refuses tokens that mean something else", (other, message) => {
    const model = { ...even, vocabulary: other };
    expect(() => mixture([even, model], [0.5, 0.5])).toThrow(message);
  });
});

describe("mixLogProbs", () => {
  it("does not lose what is very improbable", () => {
    const mixed = mixLogProbs([Float32Array.of(-2000), Float32Array.of(-3000)], [0.5, 0.5]);
    expect(mixed[0]).toBeCloseTo(-2000 + Math.log(0.5), 3);
  });

  it("lies between the smallest and the largest (property)", () => {
    const logProb = fc.float({ min: -100, max: 0, noNaN: true });
    fc.assert(
      fc.property(logProb, logProb, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, weight) => {
        const [mixed] = mixLogProbs([Float32Array.of(a), Float32Array.of(b)], [weight, 1 - weight]);
        const slack = 1e-5 * (1 + Math.max(Math.abs(a), Math.abs(b)));
        return mixed! >= Math.min(a, b) - slack && mixed! <= Math.max(a, b) + slack;
      }),
      { seed: 1 },
    );
  });
});

describe("the suite fails a mixture that", () => {
  const parts = () => [countStates<unknown>(chain(1)), countStates<unknown>(recurrent())] as const;
  type Parts = ReturnType<typeof parts>;
  type Mixture = LanguageModel<readonly unknown[]>;
  const mistakes: readonly (readonly [
    string,
    string,
    (right: Mixture, parts: Parts) => Partial<Mixture>,
  ])[] = [
    [
      "adds logarithms, not probabilities",
      "every distribution",
      (right, [{ model }]) => ({
        async advance(states, tokens) {
          const next = await right.advance(states, tokens);
          const alone = await model.advance(model.start(states.length), tokens);
          return { ...next, logProbs: next.logProbs.map((x, i) => (x + alone.logProbs[i]!) / 2) };
        },
      }),
    ],
    [
      "moves only one of its models on",
      "one token at a time",
      (right) => ({
        async advance(states, tokens) {
          const next = await right.advance(states, tokens);
          return { ...next, state: [next.state[0]!, states[1]!] };
        },
      }),
    ],
    [
      "selects rows of one of its models only",
      "selected rows",
      (right, [{ model }]) => ({
        select: (states, rows) => [
          model.select(states[0] as { inner: unknown }, rows),
          right.select(
            states,
            rows.map((_, i) => i % 3),
          )[1]!,
        ],
      }),
    ],
    [
      "scores by one of its models",
      "score equals",
      (_, [{ model }]) => ({
        score: (sequences) => scoreSequences(model, sequences),
      }),
    ],
    [
      "releases one of its states only",
      "release gives",
      (_, [{ model }]) => ({
        release: (states) => model.release!(states[0] as { inner: unknown }),
      }),
    ],
  ];

  it.each(mistakes)("%s", async (_, law, change) => {
    const both = parts();
    const right = mixture(
      both.map(({ model }) => model),
      [0.4, 0.6],
    );
    const model = { ...right, ...change(right, both) } as LanguageModel;
    const memory = () => both[0].live() + both[1].live();
    const kept = languageModelCases({ model: right, tolerance, memory });
    for (const { run } of kept) await run();
    const asked = languageModelCases({ model, tolerance, memory }).find(({ name }) =>
      name.startsWith(law),
    );
    await expect(asked!.run()).rejects.toThrow();
  });
});
