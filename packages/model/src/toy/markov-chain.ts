import type { Generator } from "@lm/random";
import type { Vocabulary } from "@lm/text";
import type { LanguageModel } from "../language-model.ts";
import { contextModel } from "./context-model.ts";

/**
 * A Markov chain: `table[i][j]` is the probability of token j after token i.
 * @throws RangeError unless there is a row of V probabilities that sum to one for every token.
 */
export function markovChain(
  vocabulary: Vocabulary,
  table: readonly (readonly number[])[],
): LanguageModel<readonly (readonly number[])[]> {
  const isDistribution = (row: readonly number[]) =>
    row.length === vocabulary.size && Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) < 1e-9;
  if (table.length !== vocabulary.size || !table.every(isDistribution))
    throw new RangeError(
      `markovChain: the table needs ${vocabulary.size} rows of ${vocabulary.size} probabilities that sum to one`,
    );
  return contextModel({
    vocabulary,
    contextLength: 1,
    probabilities: ([last]) => table[last!]!,
  });
}

/** A Markov chain with random probabilities, a quarter of them zero. `<s>` is never predicted. */
export function randomMarkovChain(
  vocabulary: Vocabulary,
  generator: Generator,
): LanguageModel<readonly (readonly number[])[]> {
  const ids = vocabulary.tokens.map((_, id) => id);
  const possible = ids.filter((id) => id !== vocabulary.bos);
  const table = ids.map(() => {
    const certain = possible[generator.integer(possible.length)]!;
    const weights = ids.map((id) => {
      const isZero = generator.uniform() < 0.25;
      const weight = 0.05 + generator.uniform();
      return id === vocabulary.bos || (isZero && id !== certain) ? 0 : weight;
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
  return markovChain(vocabulary, table);
}
