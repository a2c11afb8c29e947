import type { NgramModel } from "../src/index.ts";

/** Perplexity over all tokens of `ids`, and over those that are known, each `</s>` counted as a token. */
export function perplexity(model: NgramModel, ids: Int32Array) {
  const { eos, unk } = model.vocabulary;
  // The first token of a sequence is only context: an </s>, so that the first sentence begins behind it.
  let sequence = ids;
  if (eos !== undefined) {
    sequence = new Int32Array(ids.length + 1).fill(eos, 0, 1);
    sequence.set(ids, 1);
  }
  const [logProbs] = model.score([sequence]);
  let sum = 0;
  let knownSum = 0;
  let known = 0;
  for (const [i, logProb] of logProbs!.entries()) {
    sum += logProb;
    if (sequence[i + 1] === unk) continue;
    knownSum += logProb;
    known++;
  }
  return {
    perplexity: Math.exp(-sum / logProbs!.length),
    withoutUnknown: Math.exp(-knownSum / known),
  };
}
