import { Candidates } from "./candidates.ts";
import { keepBest } from "./keep-best.ts";

/** The candidates at one place of the chain. */
export interface TraceEntry {
  /** The step that they come from: `model`, then the names of the chain. */
  readonly step: string;
  /** How many there are. */
  readonly size: number;
  /** The most probable ones, at most 20, best first; the probabilities of all candidates sum to one. */
  readonly best: readonly { readonly token: number; readonly probability: number }[];
}

const MOST_TRACED = 20;

export function traceEntry(step: string, candidates: Candidates): TraceEntry {
  const { size } = candidates;
  const copy = new Candidates(size);
  copy.tokens.set(candidates.tokens.subarray(0, size));
  copy.logProbs.set(candidates.logProbs.subarray(0, size));
  copy.size = size;
  copy.normalize();
  keepBest(copy, (_, rank) => rank === MOST_TRACED - 1);
  const best = Array.from({ length: copy.size }, (_, i) => ({
    token: copy.tokens[i]!,
    probability: Math.exp(copy.logProbs[i]!),
  }));
  return { step, size, best };
}
