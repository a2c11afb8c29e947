import { Generator } from "@lm/random";
import { Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import type { LanguageModel } from "../language-model.ts";
import { scoreSequences } from "../score-sequences.ts";
import { contextModel } from "../toy/context-model.ts";
import { countStates } from "../toy/count-states.ts";
import { randomMarkovChain } from "../toy/markov-chain.ts";
import { testLanguageModel } from "../vitest.ts";
import { languageModelCases } from "./language-model-cases.ts";

// The toys are exact but for the rounding of their logarithms to float32.
const tolerance = 1e-6;

/** Probabilities that depend on every token of the context and on how many there are. */
function mixed(size: number) {
  return (context: readonly number[]) => {
    const seed = context.reduce((sum, token) => (sum * 31 + token + 1) % 1e6, 7);
    const generator = new Generator(seed);
    const weights = Array.from({ length: size }, () => 0.1 + generator.uniform());
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  };
}

const letters = (size: number) =>
  new Vocabulary(Array.from({ length: size }, (_, i) => String.fromCharCode(97 + i)));

describe.each([
  ["without sentences", letters(5)],
  ["with sentences", new Vocabulary(["<unk>", "<s>", "</s>", "a", "b"])],
  ["of two tokens", letters(2)],
  ["of one token", letters(1)],
  ["of nothing but sentence marks", new Vocabulary(["<s>", "</s>"])],
])("a Markov chain with zeros over a vocabulary %s", (_, vocabulary) => {
  testLanguageModel({ model: randomMarkovChain(vocabulary, new Generator(1)), tolerance });
});

describe.each([0, 3, Number.POSITIVE_INFINITY])(
  "a model with context length %d",
  (contextLength) => {
    const model = contextModel({ vocabulary: letters(4), contextLength, probabilities: mixed(4) });
    testLanguageModel({ model, tolerance });
  },
);

describe.each([6, 9])("a model that reads at most %d tokens", (maximumLength) => {
  const vocabulary = letters(4);
  const model = contextModel({
    vocabulary,
    contextLength: maximumLength,
    maximumLength,
    probabilities: mixed(4),
  });
  testLanguageModel({ model, tolerance });
});

describe("a model with states to release and a fast path", () => {
  const advancing = contextModel({
    vocabulary: letters(4),
    contextLength: Number.POSITIVE_INFINITY,
    probabilities: mixed(4),
  });
  const score: LanguageModel["score"] = (sequences) => scoreSequences(advancing, sequences);
  const { model, live } = countStates({ ...advancing, score });
  testLanguageModel({ model, tolerance, memory: live });

  it("is asked everything", () => {
    expect(languageModelCases({ model, tolerance, memory: live }).length).toBe(11);
  });
});

describe("a model that says that its scores are no probabilities", () => {
  const scores = contextModel({
    vocabulary: letters(4),
    contextLength: 1,
    probabilities: (context) => mixed(4)(context).map((p) => p / 2),
  });
  testLanguageModel({ model: { ...scores, isNormalized: false }, tolerance });

  it("is refused unless it says so", async () => {
    const sums = languageModelCases({ model: scores, tolerance }).find(
      ({ name }) => name === "every distribution sums to one",
    );
    await expect(sums!.run()).rejects.toThrow("the probabilities sum to 0.5");
  });
});

it("a model that cannot read what the suite reads is refused", () => {
  const model = { ...randomMarkovChain(letters(3), new Generator(1)), maximumLength: 5 };
  expect(() => languageModelCases({ model, tolerance })).toThrow("maximumLength is 5");
});
