import type { Vocabulary } from "@lm/text";
import type { LanguageModel } from "../language-model.ts";

export interface ContextModelOptions {
  readonly vocabulary: Vocabulary;
  /** How many of the last tokens are handed to `probabilities`; Infinity for all that have been read. */
  readonly contextLength: number;
  /** As the contract's: tokens further back than this are forgotten. */
  readonly maximumLength?: number;
  /** p(token | context) for every token of the vocabulary; they sum to one. */
  readonly probabilities: (context: readonly number[]) => readonly number[];
}

/** A language model made of a function: exact, slow, for tests. A state is the remembered tokens of each row. */
export function contextModel({
  vocabulary,
  contextLength,
  maximumLength,
  probabilities,
}: ContextModelOptions): LanguageModel<readonly (readonly number[])[]> {
  const remembered = Math.min(contextLength, maximumLength ?? Number.POSITIVE_INFINITY);
  return {
    vocabulary,
    contextLength,
    ...(maximumLength !== undefined && { maximumLength }),
    start: (batch = 1) => Array.from({ length: batch }, () => []),
    advance(state, tokens) {
      const n = tokens.length / state.length;
      const next = state.map((row, i) => {
        const read = [...row, ...tokens.subarray(i * n, (i + 1) * n)];
        return read.slice(Math.max(0, read.length - remembered));
      });
      return { state: next, logProbs: Float32Array.from(next.flatMap(probabilities), Math.log) };
    },
    select: (state, rows) => rows.map((row) => state[row]!),
  };
}
