import type { NgramCounts } from "../counts.ts";
import { eventCounts, sentenceStarts } from "./continuations.ts";

/**
 * The counts that Kneser–Ney smoothing works on: raw at the highest order; below it, in how many different
 * contexts an n-gram appears, that is, its number of distinct left neighbours (Chen & Goodman 1998, section 2.7).
 * Nothing stands left of `<s>`, so n-grams that begin with it keep their raw count (Heafield et al. 2013,
 * section 3.2); `<s>` alone counts nothing, as it is never predicted. The beginning of a text without sentences
 * counts as one more left neighbour.
 */
export function adjustedCounts(ngrams: NgramCounts): Uint32Array[] {
  const { order, bos, orders } = ngrams;
  const starts = sentenceStarts(ngrams);
  const adjusted: Uint32Array[] = [];
  for (let k = 1; k < order; k++) {
    const { counts } = orders[k - 1]!;
    const longer = orders[k]!;
    const neighbours = new Uint32Array(counts.length);
    const withNeighbour = new Uint32Array(counts.length);
    for (let i = 0; i < longer.words.length; i++) {
      const suffix = longer.suffixes[i]!;
      neighbours[suffix]!++;
      withNeighbour[suffix]! += longer.counts[i]!;
    }
    for (let i = 0; i < counts.length; i++) if (withNeighbour[i]! < counts[i]!) neighbours[i]!++;
    const [first, end] = starts[k - 1]!;
    neighbours.set(counts.subarray(first, end), first);
    if (k === 1 && bos !== undefined) neighbours[bos] = 0;
    adjusted.push(neighbours);
  }
  return [...adjusted, eventCounts(ngrams, order)];
}
