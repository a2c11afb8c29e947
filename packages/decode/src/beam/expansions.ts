import { Candidates } from "../sampler/candidates.ts";
import { keepBest } from "../sampler/keep-best.ts";
import type { Beam } from "./finished-texts.ts";

/** Finds the best next tokens over all texts of a beam; its memory serves every step. */
export class Expansions {
  readonly #width: number;
  readonly #candidates: Candidates;

  constructor(width: number, vocabularySize: number) {
    this.#width = width;
    this.#candidates = new Candidates(vocabularySize);
  }

  /**
   * The `width` most probable expansions of texts with the given log-probabilities by `next` (`[rows, V]`), best
   * first; of equals the one of the better text, then the one with the lower token id.
   */
  best(texts: readonly Beam[], next: Float32Array): Beam[] {
    const candidates = this.#candidates;
    const size = next.length / texts.length;
    const expansions: { row: number; token: number; logProb: number }[] = [];
    for (const [row, { logProb }] of texts.entries()) {
      candidates.load(next.subarray(row * size, (row + 1) * size));
      // No more than these of one text can be among the best of all.
      keepBest(candidates, (_, rank) => rank === this.#width - 1);
      for (let i = 0; i < candidates.size; i++)
        expansions.push({
          row,
          token: candidates.tokens[i]!,
          logProb: logProb + candidates.logProbs[i]!,
        });
    }
    // The sort is stable, so equals stay in the order of their texts and, within a text, of their ids.
    return expansions
      .sort((a, b) => b.logProb - a.logProb)
      .slice(0, this.#width)
      .map(({ row, token, logProb }) => ({
        tokens: [...texts[row]!.tokens, token],
        logProb,
        row,
      }));
  }
}
