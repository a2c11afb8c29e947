import { DecodingError } from "./errors.ts";

/** What every way of decoding can be told. */
export interface DecodingOptions {
  /** The most tokens to generate; 256 by default. */
  readonly maxTokens?: number | undefined;
  /** Texts before which generation stops, wherever they begin and end among the tokens. */
  readonly stop?: readonly string[] | undefined;
  /**
   * Goes on after `</s>`, which reads as the end of a line: for more than one sentence from a model of sentences.
   * By default it ends there.
   */
  readonly ignoreEos?: boolean | undefined;
  /** Ends generation between two tokens, with what there is. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Why a text ends: a stop string came, the model ended it by `</s>`, it has `maxTokens`, or the signal was
 * aborted.
 */
export type FinishReason = "stop" | "end" | "length" | "abort";

export const DEFAULT_MAX_TOKENS = 256;

/** @throws DecodingError naming the option that makes no sense. */
export function checkOptions({ maxTokens = DEFAULT_MAX_TOKENS, stop = [] }: DecodingOptions): void {
  if (!(Number.isInteger(maxTokens) || maxTokens === Number.POSITIVE_INFINITY) || maxTokens < 0)
    throw new DecodingError(`maxTokens is ${maxTokens}, but must be 0, 1, 2 … or Infinity`);
  if (stop.includes(""))
    throw new DecodingError("a stop string is empty, which would stop everything; leave it out");
}
