import type { Vocabulary } from "@lm/text";

/** What to do with `<unk>` in training text: leave it out like white space, or count it like any word. */
export type UnknownPolicy = "skip" | "count";

/** A text as it is counted: one run of symbols, in which `<s>` opens every sentence. */
export interface TrainingSequence {
  readonly symbols: Int32Array;
  /**
   * The symbol for `<s>`: its id, or the first number behind the vocabulary where there are sentences and
   * `<s>` has no id.
   */
  readonly bos: number | undefined;
  /** How many symbols there can be: the vocabulary, and one for an `<s>` that it does not hold. */
  readonly symbolCount: number;
}

/**
 * Cuts token ids into sentences. Where the vocabulary has `</s>`, ids are cut behind each of them and every
 * sentence reads `<s> w1 … wn </s>`; a last sentence without `</s>` gets one. Where it has none, the ids are
 * taken as they are.
 * @throws RangeError when an id is not in the vocabulary, when `<s>` is among the ids, and when nothing is
 * left to count.
 */
export function trainingSequence(
  vocabulary: Vocabulary,
  ids: Int32Array,
  unknown: UnknownPolicy,
): TrainingSequence {
  checkIds(vocabulary, ids);
  const skipped = unknown === "skip" ? vocabulary.unk : undefined;
  const hasSkipped = skipped !== undefined && ids.includes(skipped);
  const kept = hasSkipped ? ids.filter((id) => id !== skipped) : ids;
  if (kept.length === 0)
    throw new RangeError(
      ids.length === 0
        ? "ngram: the text has no tokens, so there is nothing to count"
        : `ngram: all ${ids.length} tokens of the text are unknown words, which are skipped; ` +
            'build the vocabulary from this text, or count them with unknown: "count"',
    );
  const { eos, size } = vocabulary;
  if (eos === undefined) return { symbols: kept, bos: vocabulary.bos, symbolCount: size };
  const bos = vocabulary.bos ?? size;
  return { symbols: withSentences(kept, bos, eos), bos, symbolCount: Math.max(size, bos + 1) };
}

function checkIds({ size, bos }: Vocabulary, ids: Int32Array): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id < 0 || id >= size)
      throw new RangeError(
        `ngram: token ${i} of the text has id ${id}, but the vocabulary has ids 0 to ${size - 1}; ` +
          "encode the text with the tokenizer of this vocabulary",
      );
    if (id === bos)
      throw new RangeError(
        `ngram: token ${i} of the text is <s>, but <s> is put before every sentence by the model; ` +
          "leave it out of the ids",
      );
  }
}

function withSentences(ids: Int32Array, bos: number, eos: number): Int32Array {
  const isClosed = ids.at(-1) === eos;
  let sentences = isClosed ? 0 : 1;
  for (const id of ids) if (id === eos) sentences++;
  const symbols = new Int32Array(ids.length + sentences + (isClosed ? 0 : 1));
  let length = 0;
  let opensSentence = true;
  for (const id of ids) {
    if (opensSentence) symbols[length++] = bos;
    symbols[length++] = id;
    opensSentence = id === eos;
  }
  if (!isClosed) symbols[length] = eos;
  return symbols;
}
