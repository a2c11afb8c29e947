import type { Candidates } from "./candidates.ts";

/** What a step may look at beside the candidates. */
export interface SamplerContext {
  /** The tokens so far: the prompt (with its start token), then what has been generated. */
  readonly tokens: readonly number[];
  /** How many of them are the prompt. */
  readonly promptLength: number;
}

/**
 * One link of the chain between what a model says and the token that is drawn. It depends on nothing but its
 * arguments, and writes its answer into the candidates: it changes their log-probabilities, their order or how
 * many there are. A token that it rules out may also keep its place with −Infinity.
 */
export interface SamplerStep {
  /** With its parameters, as a trace shows it: `topK(40)`. */
  readonly name: string;
  apply(candidates: Candidates, context: SamplerContext): void;
}
