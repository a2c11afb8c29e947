import { type Candidates, isBefore } from "./candidates.ts";

/**
 * Keeps the most probable candidates, best first, up to and including the one for which `isLast` says so, or all.
 * Equally probable ones stand in the order of their ids.
 *
 * The candidates become a heap and give up their best one after the other (the beginning of Floyd's heap sort):
 * of 50,000 only those that are kept get sorted.
 */
export function keepBest(
  candidates: Candidates,
  isLast: (logProb: number, rank: number) => boolean,
): void {
  const { size, logProbs } = candidates;
  for (let i = (size >> 1) - 1; i >= 0; i--) siftDown(candidates, i, size);
  let kept = 0;
  while (kept < size) {
    const last = size - kept - 1;
    candidates.swap(0, last);
    siftDown(candidates, 0, last);
    if (isLast(logProbs[last]!, kept++)) break;
  }
  // They stand at the end now, in reverse.
  for (let i = 0; i < Math.min(kept, size >> 1); i++) candidates.swap(i, size - 1 - i);
  candidates.size = kept;
}

/** Moves candidate `i` down to where neither child comes before it, in a heap of the first `size`. */
function siftDown({ tokens, logProbs }: Candidates, i: number, size: number): void {
  const token = tokens[i]!;
  const logProb = logProbs[i]!;
  let hole = i;
  for (;;) {
    const left = 2 * hole + 1;
    if (left >= size) break;
    const right = left + 1;
    const child =
      right < size && isBefore(logProbs[right]!, tokens[right]!, logProbs[left]!, tokens[left]!)
        ? right
        : left;
    if (!isBefore(logProbs[child]!, tokens[child]!, logProb, token)) break;
    tokens[hole] = tokens[child]!;
    logProbs[hole] = logProbs[child]!;
    hole = child;
  }
  tokens[hole] = token;
  logProbs[hole] = logProb;
}
