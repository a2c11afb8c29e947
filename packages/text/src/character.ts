import { IdList } from "./id-list.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { describe, invalid, wordLevelDocument } from "./tokenizer-document.ts";
import { UNK, Vocabulary } from "./vocabulary.ts";

/**
 * A tokenizer with one token for every Unicode code point of `text`, in code-point order after `<unk>`
 * (id 0). A newline is a character like any other; there are no sentences. A character that `text` did not
 * have reads as `<unk>`, a lone surrogate as U+FFFD.
 */
export function characterTokenizer(text: string): Tokenizer {
  const codePoints = new Set<number>();
  forEachCodePoint(text, (codePoint) => codePoints.add(codePoint));
  const characters = [...codePoints]
    .sort((a, b) => a - b)
    .map((codePoint) => String.fromCodePoint(codePoint));
  return new CharacterTokenizer(new Vocabulary([UNK, ...characters]));
}

export class CharacterTokenizer implements Tokenizer {
  /** How a `tokenizer.json` says it: every character by itself. */
  static readonly layout = {
    normalizer: null,
    preTokenizer: {
      type: "Split",
      pattern: { Regex: "[\\s\\S]" },
      behavior: "Isolated",
      invert: false,
    },
    decoder: { type: "Fuse" },
  };

  readonly vocabulary: Vocabulary;
  readonly #unk: number;
  /** Ids by code point, up to the last one that has its own. */
  readonly #ids: Int32Array;

  /** @throws TokenizerError unless the tokens are `<unk>` and single characters. */
  constructor(vocabulary: Vocabulary) {
    const { tokens, unk } = vocabulary;
    if (unk === undefined) throw invalid(`a character vocabulary needs ${UNK}`);
    let last = 0;
    for (const [id, token] of tokens.entries()) {
      if (id === unk) continue;
      const codePoint = token.codePointAt(0) ?? -1;
      if (codePoint < 0 || token.length !== (codePoint > 0xffff ? 2 : 1))
        throw invalid(
          `a character vocabulary holds single characters, but ${describe(token)} is not one`,
        );
      last = Math.max(last, codePoint);
    }
    this.vocabulary = vocabulary;
    this.#unk = unk;
    this.#ids = new Int32Array(last + 1).fill(unk);
    for (const [id, token] of tokens.entries())
      if (id !== unk) this.#ids[token.codePointAt(0)!] = id;
  }

  encode(text: string): Int32Array {
    const ids = new IdList();
    forEachCodePoint(text, (codePoint) => ids.push(this.#ids[codePoint] ?? this.#unk));
    return ids.toArray();
  }

  /** @throws TokenizerError for an id outside the vocabulary. */
  decode(ids: ArrayLike<number>): string {
    let text = "";
    for (let i = 0; i < ids.length; i++) text += this.vocabulary.token(ids[i]!);
    return text;
  }

  toJSON(): object {
    return wordLevelDocument(CharacterTokenizer.layout, this.vocabulary);
  }
}

function forEachCodePoint(text: string, visit: (codePoint: number) => void): void {
  const wellFormed = text.toWellFormed();
  for (let i = 0; i < wellFormed.length; i++) {
    const codePoint = wellFormed.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    visit(codePoint);
  }
}
