import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import type { NgramCounts } from "../src/index.ts";

/** Token ids, and the vocabulary that they are of. */
export interface CountedText {
  readonly vocabulary: Vocabulary;
  readonly ids: Int32Array;
}

/** Texts with sentences, with sentences but no `<s>`, and with neither. */
export const countedTexts: fc.Arbitrary<CountedText> = fc
  .constantFrom(
    { vocabulary: new Vocabulary(["a", "b", "c", "d"]), known: [0, 1, 2, 3] },
    {
      vocabulary: new Vocabulary(["<unk>", "<s>", "</s>", "a", "b", "c"]),
      known: [0, 2, 3, 4, 5],
    },
    { vocabulary: new Vocabulary(["a", "b", "</s>"]), known: [0, 1, 2] },
  )
  .chain(({ vocabulary, known }) =>
    fc
      .array(fc.constantFrom(...known), { minLength: 1, maxLength: 80 })
      // One known word at least, as a text of unknown words alone is refused.
      .map((ids) => ({ vocabulary, ids: Int32Array.of(known.at(-1)!, ...ids) })),
  );

/** Counts without their vocabulary, which is compared by its tokens. */
export function plain({ vocabulary, ...counts }: NgramCounts): object {
  const { tokens, bos, eos, unk } = vocabulary;
  return { ...counts, vocabulary: { tokens, bos, eos, unk } };
}

/** `ids` in pieces that end at these places. */
export function cutAt(ids: Int32Array, places: readonly number[]): Int32Array[] {
  const cuts = [...new Set([0, ...places.map((place) => place % (ids.length + 1)), ids.length])];
  cuts.sort((a, b) => a - b);
  return cuts.slice(1).map((end, i) => ids.slice(cuts[i]!, end));
}

/** `<unk>`, `<s>`, `</s>` and a thousand words. */
export const manyWords = new Vocabulary([
  "<unk>",
  "<s>",
  "</s>",
  ...Array.from({ length: 1000 }, (_, i) => `w${i}`),
]);

/** So long a text of `manyWords`, small ids more often than large ones, that no file or run of it is one block. */
export function longText(length: number, seed: number): Int32Array {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  return Int32Array.from({ length }, () => 2 + Math.floor(1001 * next() ** 3));
}
