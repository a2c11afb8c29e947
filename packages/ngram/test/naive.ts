import type { Vocabulary } from "@lm/text";

/**
 * The textbook definitions, as slow and plain as they can be written: n-grams are strings of ids in a Map. What
 * the package computes is checked against these.
 */
export type Key = string;
export const key = (ids: readonly number[]): Key => ids.join(" ");
const idsOf = (ngram: Key): number[] => (ngram === "" ? [] : ngram.split(" ").map(Number));

/** Sentences `<s> w1 … wn </s>`, or the whole text where there are none. */
export function naiveSentences(vocabulary: Vocabulary, ids: readonly number[]): number[][] {
  const { bos, eos, size } = vocabulary;
  if (eos === undefined) return [[...ids]];
  const sentences: number[][] = [];
  let sentence = [bos ?? size];
  for (const id of ids) {
    sentence.push(id);
    if (id !== eos) continue;
    sentences.push(sentence);
    sentence = [bos ?? size];
  }
  if (sentence.length > 1) sentences.push([...sentence, eos]);
  return sentences;
}

/** Raw counts of every n-gram up to `order`, one Map an order. */
export function naiveCounts(sentences: readonly number[][], order: number): Map<Key, number>[] {
  return Array.from({ length: order }, (_, i) => {
    const counts = new Map<Key, number>();
    for (const sentence of sentences)
      for (let start = 0; start + i < sentence.length; start++) {
        const ngram = key(sentence.slice(start, start + i + 1));
        counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
      }
    return counts;
  });
}

/** Distinct left neighbours below the highest order; where nothing stands left, raw (`<s>`) or one more. */
export function naiveAdjusted(
  vocabulary: Vocabulary,
  sentences: readonly number[][],
  order: number,
): Map<Key, number>[] {
  const raw = naiveCounts(sentences, order);
  const bos = vocabulary.eos === undefined ? undefined : (vocabulary.bos ?? vocabulary.size);
  return raw.map((counts, i) => {
    if (i + 1 === order) return counts;
    const longer = [...raw[i + 1]!.keys()].map(idsOf);
    return new Map(
      [...counts].map(([ngram, count]) => {
        if (idsOf(ngram)[0] === bos) return [ngram, count];
        const neighbours = longer.filter((ids) => key(ids.slice(1)) === ngram).length;
        const opensText = bos === undefined && key(sentences[0]!.slice(0, i + 1)) === ngram;
        return [ngram, neighbours + (opensText ? 1 : 0)];
      }),
    );
  });
}

/** A discounting method, said plainly. Order k = 1 is entry 0 of `counts`. */
export interface NaiveMethod {
  /** Raw or adjusted. */
  readonly counts: readonly Map<Key, number>[];
  /** What is left of a count at order k. */
  readonly keep: (k: number, count: number) => number;
  /** What a context before order k divides by; Σ of its counts where not given. */
  readonly denominator?: (k: number, total: number, types: number) => number;
  /** N-grams of order k counted at most `prune[k − 1]` times are not listed. */
  readonly prune?: readonly number[];
}

export type NaiveModel = (context: readonly number[], word: number) => number;

/** What follows a context: every word with its count, what is kept of it, and what to divide by. */
interface Continuations {
  readonly kept: ReadonlyMap<number, number>;
  readonly divisor: number;
}

function lookUp(
  vocabulary: Vocabulary,
  sentences: readonly number[][],
  { counts, keep, denominator = (_, total) => total, prune = [] }: NaiveMethod,
): (context: readonly number[]) => Continuations | undefined {
  const raw = naiveCounts(sentences, counts.length);
  const start = vocabulary.eos === undefined ? undefined : (vocabulary.bos ?? vocabulary.size);
  return (context) => {
    const k = context.length + 1;
    const follow = [...counts[k - 1]!].filter(([ngram, count]) => {
      const ids = idsOf(ngram);
      return count > 0 && key(ids.slice(0, -1)) === key(context) && ids.at(-1) !== start;
    });
    if (follow.length === 0) return undefined;
    const total = follow.reduce((sum, [, count]) => sum + count, 0);
    const isKept = ([ngram]: readonly [Key, number]) =>
      k === 1 || raw[k - 1]!.get(ngram)! > (prune[k - 1] ?? 0);
    return {
      kept: new Map(
        follow.filter(isKept).map(([ngram, count]) => [idsOf(ngram).at(-1)!, keep(k, count)]),
      ),
      divisor: denominator(k, total, follow.length),
    };
  };
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
const predicted = ({ tokens, bos }: Vocabulary) =>
  tokens.map((_, id) => id).filter((id) => id !== bos);

/** Every context adds what the shorter one says; below the unigrams lies the uniform distribution. */
export function naiveInterpolated(
  vocabulary: Vocabulary,
  sentences: readonly number[][],
  method: NaiveMethod,
): NaiveModel {
  const continuations = lookUp(vocabulary, sentences, method);
  const words = predicted(vocabulary);
  const probability: NaiveModel = (context, word) => {
    const lower = context.length === 0 ? 1 / words.length : probability(context.slice(1), word);
    const found = continuations(context);
    if (!found) return lower;
    const { kept, divisor } = found;
    return (kept.get(word) ?? 0) / divisor + (1 - sum(kept.values()) / divisor) * lower;
  };
  return withLastWords(vocabulary, method.counts.length, probability);
}

/** A context asks the shorter one only for words that are not listed after it. */
export function naiveBackoff(
  vocabulary: Vocabulary,
  sentences: readonly number[][],
  method: NaiveMethod,
): NaiveModel {
  const continuations = lookUp(vocabulary, sentences, method);
  const words = predicted(vocabulary);
  const probability: NaiveModel = (context, word) => {
    const found = continuations(context);
    const lower: NaiveModel = (longer, v) =>
      longer.length === 0 ? 1 / words.length : probability(longer.slice(1), v);
    if (!found) return lower(context, word);
    const { kept } = found;
    const others = words.filter((v) => !kept.has(v));
    const share = sum(others.map((v) => lower(context, v)));
    const taken = sum(kept.values());
    if (share < 1e-9) {
      // Every word was seen: what the unigrams leave is shared by all, other contexts leave nothing.
      if (context.length > 0) return kept.get(word)! / taken;
      return kept.get(word)! / found.divisor + (1 - taken / found.divisor) / words.length;
    }
    const divisor = taken > found.divisor - 1e-9 ? found.divisor + 1 : found.divisor;
    const own = kept.get(word);
    if (own !== undefined) return own / divisor;
    return ((1 - taken / divisor) * lower(context, word)) / share;
  };
  return withLastWords(vocabulary, method.counts.length, probability);
}

function withLastWords({ bos }: Vocabulary, order: number, probability: NaiveModel): NaiveModel {
  return (context, word) => {
    if (word === bos) return 0;
    return probability(context.slice(Math.max(0, context.length - order + 1)), word);
  };
}

/** p(word | context) of interpolated modified Kneser–Ney, straight from the equations. */
export function naiveKneserNey(
  vocabulary: Vocabulary,
  sentences: readonly number[][],
  discounts: readonly (readonly [number, number, number])[],
  prune: readonly number[],
): NaiveModel {
  return naiveInterpolated(vocabulary, sentences, {
    counts: naiveAdjusted(vocabulary, sentences, discounts.length),
    keep: (k, count) => count - discounts[k - 1]![Math.min(count, 3) - 1]!,
    prune,
  });
}
