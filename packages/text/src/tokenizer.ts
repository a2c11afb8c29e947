import type { Vocabulary } from "./vocabulary.ts";

/**
 * Turns text into token ids and back. A tokenizer with sentences (its vocabulary has `</s>`) writes one
 * `</s>` for every end of line; `<s>` is never written, the models that want it put it there.
 */
export interface Tokenizer {
  readonly vocabulary: Vocabulary;
  encode(text: string): Int32Array;
  decode(ids: ArrayLike<number>): string;
  /** A Hugging Face `tokenizer.json` document that holds all of it. */
  toJSON(): object;
}
