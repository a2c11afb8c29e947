import type { Tokenizer } from "@lm/text";
import { InputError } from "../failure.ts";

/**
 * The tokens that a flag names, parted by white space: words, `<s>` and `</s>` among them, or characters.
 * @throws InputError for what is no token of the vocabulary.
 */
export function readWords(flag: string, text: string, { vocabulary }: Tokenizer): number[] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return words.map((word) => {
    const id = vocabulary.id(word);
    if (id === undefined)
      throw new InputError(
        `${flag}: ${JSON.stringify(word)} is not in the vocabulary of the model; name tokens that are, parted by spaces`,
      );
    return id;
  });
}
