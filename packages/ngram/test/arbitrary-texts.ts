import { Vocabulary } from "@lm/text";
import fc from "fast-check";

/** Vocabularies with and without sentences, `<s>` and `<unk>`, each with words that texts never use. */
export const VOCABULARIES = {
  words: new Vocabulary(["<unk>", "<s>", "</s>", "a", "b", "c", "never"]),
  sentencesWithoutStart: new Vocabulary(["</s>", "a", "b", "c", "never"]),
  characters: new Vocabulary(["<unk>", "a", "b", "c", "never"]),
  closed: new Vocabulary(["a", "b", "c", "never"]),
};

/** A vocabulary and a short text in its ids, with many repetitions. */
export const texts = fc.constantFrom(...Object.values(VOCABULARIES)).chain((vocabulary) => {
  const ids = ["a", "b", "c", "</s>"].flatMap((token) => vocabulary.id(token) ?? []);
  return fc.record({
    vocabulary: fc.constant(vocabulary),
    ids: fc
      .array(fc.constantFrom(...ids), { minLength: 1, maxLength: 40 })
      .map((text) => Int32Array.from(text)),
  });
});

/** Any id but `<s>`. */
export const tokensOf = (vocabulary: Vocabulary) =>
  fc.nat(vocabulary.size - 1).filter((id) => id !== vocabulary.bos);
