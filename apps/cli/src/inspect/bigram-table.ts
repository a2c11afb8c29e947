import type { NgramCounts, NgramModel } from "@lm/ngram";
import { InputError } from "../failure.ts";
import { countOf } from "../runs/counts.ts";

/** Every pair of some words: row i, column j is word j after word i, as in the tables of Jurafsky & Martin. */
export interface BigramTable {
  readonly words: readonly string[];
  /** c(word i word j), and c(word i); absent where the run keeps no counts. */
  readonly counts?: readonly (readonly number[])[];
  readonly unigramCounts?: readonly number[];
  /** c(word i word j) / c(word i), as far as word i occurs. */
  readonly relativeFrequencies?: readonly (readonly number[])[];
  /** p(word j | word i), smoothed as the model is. */
  readonly probabilities: readonly (readonly number[])[];
  /** What to know of them. */
  readonly note?: string;
}

/** @throws InputError for no words, and for a model of order 1, which has no bigrams. */
export function bigramTable(
  model: NgramModel,
  counts: NgramCounts | undefined,
  words: readonly number[],
): BigramTable {
  if (words.length === 0)
    throw new InputError('--words names no tokens; name some, as "i want to eat"');
  if (model.order < 2)
    throw new InputError(
      "--words: the model is of order 1 and knows no bigrams; train one of order 2",
    );
  const { vocabulary, origin } = model;
  const isKneserNey = /kneser-ney/.test(JSON.stringify(origin?.smoothing ?? ""));
  return {
    words: words.map((word) => vocabulary.token(word)),
    ...(counts && countTables(counts, words)),
    probabilities: words.map((first) =>
      words.map((second) => Math.exp(model.query([first], second).logProb)),
    ),
    ...(isKneserNey && model.order > 2 && { note: KNESER_NEY_NOTE }),
  };
}

const KNESER_NEY_NOTE =
  "below its highest order Kneser–Ney smoothing counts different words in front, not occurrences; for a bigram model train one of order 2";

function countTables(
  counts: NgramCounts,
  words: readonly number[],
): Required<Pick<BigramTable, "counts" | "unigramCounts" | "relativeFrequencies">> {
  const symbols = words.map((word) => (word === counts.vocabulary.bos ? counts.bos! : word));
  const unigramCounts = symbols.map((word) => countOf(counts, [word]));
  const pairs = symbols.map((first) => symbols.map((second) => countOf(counts, [first, second])));
  return {
    counts: pairs,
    unigramCounts,
    relativeFrequencies: pairs.map((row, i) =>
      row.map((count) => (unigramCounts[i] === 0 ? 0 : count / unigramCounts[i]!)),
    ),
  };
}
