import type { Vocabulary } from "@lm/text";

export type MaybePromise<T> = T | Promise<T>;

/**
 * What every language model here can do, whatever it is made of: read tokens and say what comes next.
 * Decoding, evaluation and mixtures know models by this contract alone.
 *
 * A state belongs to the model that made it and is immutable to its holder: advancing the same state twice
 * gives the same answer. It is the last n − 1 tokens of an n-gram model, the hidden vectors of a recurrent
 * one, the key-value cache of a Transformer.
 */
export interface LanguageModel<State = unknown> {
  readonly vocabulary: Vocabulary;

  /** The most preceding tokens that a prediction can depend on: n − 1, the window, or Infinity. */
  readonly contextLength: number;

  /**
   * The most tokens that can be read in one piece (learned positions), where there is such a limit. Beyond
   * it `advance` forgets the oldest tokens, and evaluation cuts longer texts into overlapping windows.
   */
  readonly maximumLength?: number;

  /**
   * False where the model gives scores in place of probabilities, which do not sum to one (stupid back-off). They
   * order tokens, but a cross-entropy or perplexity of them means nothing, so evaluation refuses.
   */
  readonly isNormalized?: boolean;

  /** The state before any token, for `batch` rows (1 by default). */
  start(batch?: number): State;

  /**
   * Reads `tokens` (row-major `[batch, n]`, n ≥ 1, as many rows as the state has) and gives the state after
   * them and the natural-log probabilities of the next token, `[batch, V]`. Any token of the vocabulary may be
   * read, one of probability zero too. The model keeps no hold on `tokens` and writes `logProbs` only once.
   */
  advance(
    state: State,
    tokens: Int32Array,
  ): MaybePromise<{ readonly state: State; readonly logProbs: Float32Array }>;

  /** The state whose row i is row `rows[i]` of `state`; any row may be repeated or left out. */
  select(state: State, rows: readonly number[]): State;

  /**
   * The fast path of evaluation. For each sequence, the natural-log probabilities of its tokens 1 … n − 1,
   * each given all of the sequence before it (or its last `contextLength` tokens). A sequence has at most
   * `maximumLength` + 1 tokens (the last is not read); where there is no such limit it may be a whole text, and
   * it is up to the model to read it in pieces.
   */
  score?(sequences: readonly Int32Array[]): MaybePromise<Float32Array[]>;

  /**
   * Frees what the state holds outside JavaScript's heap. The state may not be used again; those that came
   * from it, and those it came from, may.
   */
  release?(state: State): void;
}
