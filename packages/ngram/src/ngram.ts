import type { Tokenizer, Vocabulary } from "@lm/text";
import { buildTrie } from "./build-trie.ts";
import { checkOrder, countNgrams, type NgramCounts } from "./counts.ts";
import { NgramModel } from "./model.ts";
import type { Smoothing } from "./smoothing/smoothing.ts";
import { estimatorOf } from "./smoothing/smoothings.ts";
import type { TrainingTextOptions } from "./training-sequence.ts";

export interface NgramOptions extends TrainingTextOptions {
  /** n, from 1 to 32: a word is predicted from the n − 1 words before it. */
  readonly order: number;
  /** `"modified-kneser-ney"` by default. */
  readonly smoothing?: Smoothing;
  /**
   * Count pruning, as KenLM's `--prune 0 0 1`: n-grams of order k counted at most `prune[k − 1]` times are left
   * out and their probability goes to the shorter contexts. The last number also stands for all higher
   * orders; the first is 0. Nothing is pruned by default.
   */
  readonly prune?: readonly number[];
  /**
   * An open vocabulary (the default) gives `<unk>` a probability, for words that the text does not have. In a closed
   * one there are no such words: `<unk>` is impossible, and all probability belongs to the words known.
   */
  readonly openVocabulary?: boolean;
}

/** A model to be estimated, with all its choices made. */
export interface NgramEstimator {
  /** From text. */
  fit(tokenizer: Tokenizer, text: string): NgramModel;
  /** From token ids, with a `</s>` behind each sentence where the vocabulary has it. */
  fitIds(vocabulary: Vocabulary, ids: Int32Array): NgramModel;
  /** From counts. @throws RangeError where they are of another order. */
  fitCounts(counts: NgramCounts): NgramModel;
}

/**
 * Chooses an n-gram model; `fit` estimates it.
 * @throws RangeError for an order, a smoothing or pruning thresholds that there cannot be.
 */
export function ngram({
  order,
  smoothing = "modified-kneser-ney",
  prune = [0],
  openVocabulary = true,
  ...text
}: NgramOptions): NgramEstimator {
  checkOrder(order);
  const estimate = estimatorOf(smoothing);
  const options = { prune: pruneThresholds(prune, order), isOpen: openVocabulary };
  const fitCounts = (counts: NgramCounts): NgramModel => {
    if (counts.order !== order)
      throw new RangeError(
        `ngram: the counts are of order ${counts.order}, but the model is to be of order ${order}`,
      );
    const { unk } = counts.vocabulary;
    if (!openVocabulary && unk !== undefined && counts.orders[0]!.counts[unk]! > 0)
      throw new RangeError(
        "ngram: the vocabulary is to be closed, but <unk> was counted; count the text with unknown: " +
          '"skip", or leave the vocabulary open',
      );
    const estimates = estimate(counts, options);
    const trie = buildTrie(counts, estimates, options);
    const { discounts, fitted = smoothing } = estimates;
    return new NgramModel(trie, { smoothing: fitted, ...(discounts && { discounts }) });
  };
  const fitIds = (vocabulary: Vocabulary, ids: Int32Array): NgramModel =>
    fitCounts(countNgrams(vocabulary, ids, { order, ...text }));
  return {
    fit: (tokenizer, text) => fitIds(tokenizer.vocabulary, tokenizer.encode(text)),
    fitIds,
    fitCounts,
  };
}

function pruneThresholds(prune: readonly number[], order: number): number[] {
  const thresholds = Array.from({ length: order }, (_, i) => prune[i] ?? prune.at(-1));
  const isValid =
    prune.length >= 1 &&
    prune.length <= order &&
    prune[0] === 0 &&
    prune.every((count, i) => Number.isInteger(count) && count >= (prune[i - 1] ?? 0));
  if (!isValid)
    throw new RangeError(
      `ngram: prune is [${prune.join(", ")}], but it must be 1 to ${order} whole numbers that begin ` +
        "with 0 and do not fall, such as [0, 0, 1]",
    );
  return thresholds as number[];
}
