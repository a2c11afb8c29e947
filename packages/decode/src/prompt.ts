import { type LanguageModel, sentenceStart } from "@lm/model";
import type { Tokenizer } from "@lm/text";
import { DecodingError } from "./errors.ts";

/**
 * The tokens that a model reads before it generates: the prompt, or its last `maximumLength` tokens where the
 * model can read no more.
 *
 * Where `</s>` stands for the end of a line, the prompt begins a sentence, and unless it ends with a newline its
 * last sentence is unfinished. An empty prompt is the token with which a sentence begins, or a newline where the
 * vocabulary has no sentences.
 *
 * @throws DecodingError when the tokenizer is not the model's, and for an empty prompt where there is no token
 * to begin with.
 */
export function promptTokens(
  { vocabulary, maximumLength = Number.POSITIVE_INFINITY }: LanguageModel,
  tokenizer: Tokenizer,
  prompt: string,
): Int32Array {
  const { tokens } = tokenizer.vocabulary;
  if (
    tokens.length !== vocabulary.size ||
    tokens.some((token, id) => token !== vocabulary.tokens[id])
  )
    throw new DecodingError(
      `the tokenizer (${tokens.length} tokens) and the model (${vocabulary.size}) do not have the same vocabulary; ` +
        "use the tokenizer that the model was trained with",
    );
  const { eos, unk } = vocabulary;
  const newline = singleToken(tokenizer, "\n");
  let ids = tokenizer.encode(prompt);
  if (newline !== undefined && newline === eos) {
    if (!prompt.endsWith("\n") && ids.at(-1) === eos) ids = ids.subarray(0, -1);
    ids = Int32Array.of(eos, ...ids);
  }
  if (ids.length === 0) {
    const start = sentenceStart(vocabulary) ?? (newline === unk ? undefined : newline);
    if (start === undefined)
      throw new DecodingError(
        "the prompt is empty, and the vocabulary has neither </s>, <s> nor a newline to begin with; give a prompt",
      );
    ids = Int32Array.of(start);
  }
  return ids.subarray(Math.max(0, ids.length - maximumLength));
}

/** The token that stands for `text`, if it is one. */
function singleToken(tokenizer: Tokenizer, text: string): number | undefined {
  const ids = tokenizer.encode(text);
  return ids.length === 1 ? ids[0] : undefined;
}
