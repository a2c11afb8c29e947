import type { LanguageModel } from "@lm/model";
import type { Tokenizer } from "@lm/text";
import { type GenerateOptions, generate } from "./generate.ts";
import type { FinishReason } from "./options.ts";

export interface Completion {
  /** What follows the prompt. */
  readonly text: string;
  /** The generated tokens, an `</s>` that ended them included. */
  readonly tokens: readonly number[];
  /** The model's own natural-log probability of each. */
  readonly logProbs: readonly number[];
  readonly finish: FinishReason;
}

/** All of `generate` in one piece. */
export async function complete(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompt: string,
  options: GenerateOptions = {},
): Promise<Completion> {
  const tokens: number[] = [];
  const logProbs: number[] = [];
  let text = "";
  let finish: FinishReason = "length";
  for await (const piece of generate(model, tokenizer, prompt, options)) {
    text += piece.text;
    if (piece.finish !== undefined) finish = piece.finish;
    else {
      tokens.push(piece.token);
      logProbs.push(piece.logProb);
    }
  }
  return { text, tokens, logProbs, finish };
}
