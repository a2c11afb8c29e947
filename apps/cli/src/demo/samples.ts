import { beamSearch, complete, temperature, topP, wuPenalty } from "@lm/decode";
import type { LanguageModel } from "@lm/model";
import type { Tokenizer } from "@lm/text";

export const PROMPT = "The whale";

/** The ways to continue a text that the demo shows. */
export interface Samples {
  readonly greedy: string;
  readonly beam: string;
  readonly sampling: string;
}

/** Continues the prompt in every way, by so many characters. */
export async function drawSamples(
  model: LanguageModel,
  tokenizer: Tokenizer,
  maxTokens: number,
): Promise<Samples> {
  const [best] = await beamSearch(model, tokenizer, PROMPT, {
    width: 4,
    lengthPenalty: wuPenalty(0),
    maxTokens,
  });
  const greedy = await complete(model, tokenizer, PROMPT, { maxTokens });
  const sampling = await complete(model, tokenizer, PROMPT, {
    sampler: [temperature(0.8), topP(0.95)],
    maxTokens,
    seed: 1,
  });
  return { greedy: greedy.text, beam: best!.text, sampling: sampling.text };
}
