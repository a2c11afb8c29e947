import { type ContextMasses, contextMasses } from "./context-masses.ts";
import { FloatOrder } from "./float-order.ts";
import { NgramModel } from "./model.ts";
import type { Trie } from "./trie.ts";

/**
 * Leaves out the n-grams that a model hardly needs (Stolcke 1998), from the longest to the bigrams. Without hw the
 * word backs off, and all that backs off from h gets another weight α'. That moves the model away from what it was
 * by the relative entropy
 *
 *     D(p‖p') = −p(h) · { p(w|h) · [ln p(w|h') + ln α'(h) − ln p(w|h)] + [ln α'(h) − ln α(h)] · (1 − Σ_v p(v|h)) }
 *
 * with the sum over the v listed after h. hw is left out where the perplexity rises by less than the share
 * `threshold`, eᴰ − 1 (1e-8 takes few, 1e-6 most of a large model), and no longer n-gram that stays goes on from it.
 * Stolcke judges every n-gram as if all others stayed; here those of one context are judged in turn, the least
 * needed first, each without those that went before it. Otherwise a context after which almost every word is
 * listed, as in models of characters, would lose them all: any one of them costs nothing. In the end the
 * weights of all contexts are computed anew, so that probabilities sum to one.
 *
 * p(h) comes from the model itself, by the chain rule. Kneser–Ney models have short contexts that are not
 * meant to say how frequent they are, and suffer more from this pruning than others (Chelba et al. 2010).
 *
 * @throws RangeError for a threshold that is no number from 0, and for a model that does not back off to shorter
 * contexts with probabilities (maximum likelihood, add-α and stupid back-off), or is quantised.
 */
export function pruneByEntropy(model: NgramModel, threshold: number): NgramModel {
  if (!(threshold >= 0))
    throw new RangeError(
      `pruneByEntropy: the threshold is ${threshold}, but it must be a number from 0, such as 1e-7`,
    );
  const { trie } = model;
  if (trie.backoff !== "shorter-context" || !model.isNormalized || model.isQuantized)
    throw new RangeError(
      "pruneByEntropy: the model must back off to shorter contexts with probabilities that sum to one; " +
        "take another smoothing than mle, add or stupid-backoff, and quantise after pruning",
    );
  const isKept = trie.orders.map(({ size }) => new Uint8Array(size));
  isKept[0]!.fill(1);
  for (let k = trie.orders.length; k > 1; k--) {
    const order = trie.orders[k - 1]!;
    const longer = isKept[k];
    const hasKept = (ngram: number) =>
      longer?.subarray(order.firstChild(ngram), order.firstChild(ngram + 1)).includes(1) ?? false;
    for (const masses of contextMasses(trie, k)) {
      const { first, own } = masses;
      isKept[k - 1]!.fill(1, first, first + own.length);
      const prunable = [...own.keys()].filter((i) => !hasKept(first + i));
      for (const i of dispensable(masses, prunable, threshold)) isKept[k - 1]![first + i] = 0;
    }
  }
  const pruned = { ...trie, orders: keptOrders(trie, isKept) };
  reweigh(pruned);
  return new NgramModel(pruned, model.origin);
}

/** Which words listed after a context can be left out, among some of them. */
function dispensable(all: ContextMasses, among: readonly number[], threshold: number): number[] {
  const rise = (masses: ContextMasses, i: number) => Math.expm1(divergence(masses, i));
  const candidates = among
    .map((i) => [i, rise(all, i)] as const)
    .filter(([, risen]) => risen < threshold)
    .sort(([, a], [, b]) => a - b);
  let masses = all;
  const taken: number[] = [];
  for (const [i] of candidates) {
    if (rise(masses, i) >= threshold) continue;
    taken.push(i);
    const left = masses.left + all.own[i]!;
    masses = { ...masses, left, lowerLeft: masses.lowerLeft + all.lower[i]! };
  }
  return taken;
}

/** D(p‖p') of the i-th word of a context, in nats. */
function divergence({ logContext, own, lower, left, lowerLeft }: ContextMasses, i: number): number {
  const probability = own[i]!;
  const logWeight = Math.log((left + probability) / (lowerLeft + lower[i]!));
  const ratio = Math.log(lower[i]!) + logWeight - Math.log(probability);
  const change = probability > 0 ? probability * ratio : 0;
  // Where the context leaves nothing, nothing is weighed anew.
  const others = left > 0 && lowerLeft > 0 ? left * (logWeight - Math.log(left / lowerLeft)) : 0;
  return -Math.exp(logContext) * (change + others);
}

function keptOrders({ orders }: Trie, isKept: readonly Uint8Array[]): FloatOrder[] {
  let contexts = Int32Array.from({ length: orders[0]!.size }, (_, i) => i);
  return orders.map((order, i) => {
    const longer = isKept[i + 1];
    const childStarts = new Int32Array(longer ? contexts.length + 1 : 0);
    const children: number[] = [];
    if (longer)
      for (const [place, ngram] of contexts.entries()) {
        for (let child = order.firstChild(ngram); child < order.firstChild(ngram + 1); child++)
          if (longer[child]) children.push(child);
        childStarts[place + 1] = children.length;
      }
    const kept = contexts;
    contexts = Int32Array.from(children);
    return new FloatOrder({
      words: i === 0 ? new Int32Array(0) : kept.map((ngram) => order.word(ngram)),
      logProbs: Float32Array.from(kept, (ngram) => order.logProb(ngram)),
      backoffs: Float32Array.from(longer ? kept : [], (ngram) => order.backoff(ngram)),
      childStarts,
    });
  });
}

/** Gives each context the weight with which its probabilities sum to one, short contexts first. */
function reweigh(trie: Trie & { readonly orders: readonly FloatOrder[] }): void {
  for (let k = 2; k <= trie.orders.length; k++) {
    const contexts = trie.orders[k - 2]!;
    for (let i = 0; i < contexts.size; i++)
      if (contexts.firstChild(i) === contexts.firstChild(i + 1)) contexts.backoffs[i] = 0;
    // A weight that leaves nothing, or that nobody asks for because every word is listed, stays as it is.
    for (const { context, left, lowerLeft } of contextMasses(trie, k))
      if (left > 0 && lowerLeft > 0) contexts.backoffs[context] = Math.log10(left / lowerLeft);
  }
}
