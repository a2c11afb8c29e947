import type { Vocabulary } from "@lm/text";
import { InputError } from "../failure.ts";

/** How the second vocabulary differs from the first, in words; undefined where it does not. */
export function vocabularyDifference(
  { tokens }: Vocabulary,
  { tokens: other }: Vocabulary,
): string | undefined {
  if (other.length !== tokens.length) return `${other.length} tokens, not ${tokens.length}`;
  const id = other.findIndex((token, i) => token !== tokens[i]);
  return id < 0
    ? undefined
    : `token ${id} is ${JSON.stringify(other[id])}, not ${JSON.stringify(tokens[id])}`;
}

/** @throws InputError where a tokenizer is not that of a model or of counts; `path` says whose. */
export function checkSameVocabulary(path: string, tokenizer: Vocabulary, other: Vocabulary): void {
  const difference = vocabularyDifference(tokenizer, other);
  if (difference)
    throw new InputError(
      `${path}: has another vocabulary than its tokenizer (${difference}); they do not belong together`,
    );
}
