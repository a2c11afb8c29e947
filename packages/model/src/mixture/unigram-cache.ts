import type { Vocabulary } from "@lm/text";
import type { LanguageModel } from "../language-model.ts";

export interface UnigramCacheOptions {
  /** K: how many of the last tokens are remembered. 500 by default. */
  readonly length?: number;
  /** What the weight of a token is multiplied by with every token after it. 1 by default: all count the same. */
  readonly decay?: number;
}

/** What has been read, as far as it is remembered: the tokens of each row, row-major `[batch, length]`. */
export interface UnigramCacheState {
  readonly tokens: Int32Array;
  readonly batch: number;
}

/**
 * A cache (Kuhn & De Mori 1990): what was just said will be said again. The probability of a word is its share of
 * the last K tokens, each weighing decay^age where older ones are to count less (Clarkson & Robinson 1997):
 *
 *     p(w) = (Σ_k decay^k [w_(t−k) = w] + 1/|V|) / (Σ_k decay^k + 1)      k = 0 … K − 1
 *
 * The uniform distribution counts as much as one token, so that nothing is impossible and the first token can be
 * predicted. Alone it is a poor model; it is there to be mixed with one that knows the language (`mixture`), and
 * learns from a text while reading it, so it is to be judged on documents, not on sentences one by one. `<s>` is
 * neither remembered nor predicted.
 *
 * @throws RangeError for a length that is no whole number from 1 and a decay that is not above 0 and at most 1.
 */
export function unigramCache(
  vocabulary: Vocabulary,
  { length = 500, decay = 1 }: UnigramCacheOptions = {},
): LanguageModel<UnigramCacheState> {
  if (!Number.isSafeInteger(length) || length < 1)
    throw new RangeError(`unigramCache: length is ${length}, but it must be a whole number from 1`);
  if (!(decay > 0 && decay <= 1))
    throw new RangeError(
      `unigramCache: decay is ${decay}, but it must lie above 0 and be at most 1`,
    );
  const { size, bos } = vocabulary;
  const uniform = 1 / (size - (bos === undefined ? 0 : 1));

  /** ln p of every word after `remembered`, the newest token last, to `row`. */
  const distribution = (remembered: Int32Array, row: Float32Array): void => {
    const weights = new Float64Array(size).fill(uniform);
    let total = 1;
    let weight = 1;
    for (let i = remembered.length - 1; i >= 0; i--) {
      if (remembered[i] !== bos) {
        weights[remembered[i]!]! += weight;
        total += weight;
      }
      weight *= decay;
    }
    for (let word = 0; word < size; word++) row[word] = Math.log(weights[word]! / total);
    if (bos !== undefined) row[bos] = Number.NEGATIVE_INFINITY;
  };

  return {
    vocabulary,
    contextLength: length,
    start: (batch = 1) => ({ tokens: new Int32Array(0), batch }),
    advance({ tokens: before, batch }, tokens) {
      const [old, fresh] = [before.length / batch, tokens.length / batch];
      const width = Math.min(old + fresh, length);
      const remembered = new Int32Array(batch * width);
      const logProbs = new Float32Array(batch * size);
      for (let row = 0; row < batch; row++) {
        const last = Math.min(fresh, width);
        const kept = remembered.subarray(row * width, (row + 1) * width);
        kept.set(before.subarray((row + 1) * old - (width - last), (row + 1) * old));
        kept.set(tokens.subarray((row + 1) * fresh - last, (row + 1) * fresh), width - last);
        distribution(kept, logProbs.subarray(row * size, (row + 1) * size));
      }
      return { state: { tokens: remembered, batch }, logProbs };
    },
    select({ tokens, batch }, rows) {
      const width = tokens.length / batch;
      const selected = new Int32Array(rows.length * width);
      for (const [i, row] of rows.entries())
        selected.set(tokens.subarray(row * width, (row + 1) * width), i * width);
      return { tokens: selected, batch: rows.length };
    },
    score: (sequences) =>
      sequences.map((tokens) => scoreInPlace(tokens, { length, decay, uniform, bos })),
  };
}

/** The cache moved along a text, in constant time a token: what comes in is added, what falls out taken off. */
function scoreInPlace(
  tokens: Int32Array,
  {
    length,
    decay,
    uniform,
    bos,
  }: Required<UnigramCacheOptions> & { readonly uniform: number; readonly bos: number | undefined },
): Float32Array {
  const logProbs = new Float32Array(Math.max(tokens.length - 1, 0));
  // A weight as it was when its word was last touched, and when that was.
  const weights = new Map<number, { weight: number; time: number }>();
  const outweighed = decay ** length;
  let total = 0;
  const weightOf = (word: number, time: number) => {
    const entry = weights.get(word);
    return entry ? entry.weight * decay ** (time - entry.time) : 0;
  };
  const add = (word: number, amount: number, time: number) => {
    if (word === bos) return;
    weights.set(word, { weight: Math.max(0, weightOf(word, time) + amount), time });
    total += amount;
  };
  for (let t = 0; t + 1 < tokens.length; t++) {
    total *= decay;
    add(tokens[t]!, 1, t);
    if (t >= length) add(tokens[t - length]!, -outweighed, t);
    const next = tokens[t + 1]!;
    logProbs[t] =
      next === bos
        ? Number.NEGATIVE_INFINITY
        : Math.log((weightOf(next, t) + uniform) / (total + 1));
  }
  return logProbs;
}
