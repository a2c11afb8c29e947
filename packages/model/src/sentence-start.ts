import type { Vocabulary } from "@lm/text";

/**
 * The token to feed where a sentence begins: `</s>`, because it stands before every sentence of a text but the
 * first; `<s>` in a vocabulary without it. Undefined where there is neither, as with characters: then the first
 * token of a text is only context.
 */
export function sentenceStart({ eos, bos }: Vocabulary): number | undefined {
  return eos ?? bos;
}
