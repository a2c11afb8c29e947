import type { Vocabulary } from "@lm/text";

/**
 * What to do with `<unk>` in training text: leave it out like white space, count it like any word, or refuse
 * the text.
 */
export type UnknownPolicy = "skip" | "count" | "error";

/** Whether a sentence without words, `<s> </s>`, is counted like any other, or left out. */
export type BlankLinePolicy = "count" | "skip";

/** How a training text is read. */
export interface TrainingTextOptions {
  /** `"skip"` by default. */
  readonly unknown?: UnknownPolicy;
  /** `"count"` by default, as KenLM does. */
  readonly blankLines?: BlankLinePolicy;
}

/** Stands behind the last symbol of a text: like `<s>`, no n-gram reaches across it. */
export const END_OF_TEXT = -1;

/**
 * Cuts token ids into sentences, however many pieces they come in. Where the vocabulary has `</s>`, ids are cut
 * behind each of them and every sentence reads `<s> w1 … wn </s>`; a last sentence without `</s>` gets one.
 * Where it has none, the ids are taken as they are.
 */
export class SentenceCutter {
  /**
   * The symbol for `<s>`: its id, or the first number behind the vocabulary where there are sentences and
   * `<s>` has no id.
   */
  readonly bos: number | undefined;
  /** How many symbols there can be: the vocabulary, and one for an `<s>` that it does not hold. */
  readonly symbolCount: number;
  readonly #vocabulary: Vocabulary;
  readonly #unknown: UnknownPolicy;
  readonly #skipsBlankLines: boolean;
  #opensSentence = true;
  #tokens = 0;
  #symbols = 0;

  constructor(
    vocabulary: Vocabulary,
    { unknown = "skip", blankLines = "count" }: TrainingTextOptions = {},
  ) {
    this.#vocabulary = vocabulary;
    this.#unknown = unknown;
    this.#skipsBlankLines = blankLines === "skip";
    this.bos = vocabulary.bos ?? (vocabulary.eos === undefined ? undefined : vocabulary.size);
    this.symbolCount = Math.max(vocabulary.size, (this.bos ?? 0) + 1);
  }

  /**
   * Writes the symbols of some more ids to `symbols[at]` and behind, at most two for each, and gives the place
   * behind them.
   * @throws RangeError when an id is not in the vocabulary, for `<s>`, and for `<unk>` under `unknown: "error"`.
   */
  cut(ids: Int32Array, symbols: Int32Array, at: number): number {
    const { eos, unk } = this.#vocabulary;
    let end = at;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      this.#check(id, i);
      if (id === unk && this.#unknown === "skip") continue;
      if (eos === undefined) {
        symbols[end++] = id;
        continue;
      }
      if (id === eos && this.#opensSentence && this.#skipsBlankLines) continue;
      if (this.#opensSentence) symbols[end++] = this.bos!;
      symbols[end++] = id;
      this.#opensSentence = id === eos;
    }
    this.#tokens += ids.length;
    this.#symbols += end - at;
    return end;
  }

  /**
   * Closes the last sentence, with at most one symbol, as `cut` does.
   * @throws RangeError when there was nothing to count.
   */
  end(symbols: Int32Array, at: number): number {
    if (this.#symbols === 0) throw new RangeError(this.#emptyText());
    if (this.#opensSentence || this.#vocabulary.eos === undefined) return at;
    symbols[at] = this.#vocabulary.eos;
    this.#opensSentence = true;
    return at + 1;
  }

  #check(id: number, place: number): void {
    const { size, bos, unk } = this.#vocabulary;
    if (id < 0 || id >= size)
      throw new RangeError(
        `ngram: token ${this.#tokens + place} of the text has id ${id}, but the vocabulary has ids 0 to ` +
          `${size - 1}; encode the text with the tokenizer of this vocabulary`,
      );
    if (id === bos)
      throw new RangeError(
        `ngram: token ${this.#tokens + place} of the text is <s>, but <s> is put before every sentence by ` +
          "the model; leave it out of the ids",
      );
    if (id === unk && this.#unknown === "error")
      throw new RangeError(
        `ngram: token ${this.#tokens + place} of the text is <unk>, and unknown is "error"; build the ` +
          'vocabulary from this text, or choose "skip" or "count"',
      );
  }

  #emptyText(): string {
    if (this.#tokens === 0) return "ngram: the text has no tokens, so there is nothing to count";
    const skipped = this.#skipsBlankLines ? "unknown words or blank lines" : "unknown words";
    return (
      `ngram: all ${this.#tokens} tokens of the text are ${skipped}, which are skipped; build the ` +
      'vocabulary from this text, or count them with unknown: "count"'
    );
  }
}

/** A text as it is counted: one run of symbols, in which `<s>` opens every sentence. */
export interface TrainingSequence {
  readonly symbols: Int32Array;
  readonly bos: number | undefined;
  readonly symbolCount: number;
}

/**
 * A whole text, cut as `SentenceCutter` does.
 * @throws RangeError as `SentenceCutter` does.
 */
export function trainingSequence(
  vocabulary: Vocabulary,
  ids: Int32Array,
  unknown: UnknownPolicy,
): TrainingSequence {
  const cutter = new SentenceCutter(vocabulary, { unknown });
  const symbols = new Int32Array(2 * ids.length + 1);
  const end = cutter.end(symbols, cutter.cut(ids, symbols, 0));
  return { symbols: symbols.slice(0, end), bos: cutter.bos, symbolCount: cutter.symbolCount };
}
