import type { FinishReason } from "../options.ts";
import type { LengthPenalty } from "./length-penalty.ts";

/** A text on its way. */
export interface Beam {
  readonly tokens: readonly number[];
  /** ln p of the tokens. */
  readonly logProb: number;
  /** Which text of the step before it continues. */
  readonly row: number;
}

/** A text that goes on no more. */
export interface FinishedText extends Beam {
  readonly finish: FinishReason;
  /** `logProb` divided by the length penalty. */
  readonly score: number;
}

/** The best `width` texts that have ended, best first; of equals the one that ended first. */
export class FinishedTexts {
  readonly #width: number;
  readonly #lengthPenalty: LengthPenalty;
  #texts: readonly FinishedText[] = [];

  constructor(width: number, lengthPenalty: LengthPenalty) {
    this.#width = width;
    this.#lengthPenalty = lengthPenalty;
  }

  get texts(): readonly FinishedText[] {
    return this.#texts;
  }

  add(beam: Beam, finish: FinishReason): void {
    const score = beam.logProb / this.#lengthPenalty(Math.max(beam.tokens.length, 1));
    this.#texts = [...this.#texts, { ...beam, finish, score }]
      .sort((a, b) => b.score - a.score)
      .slice(0, this.#width);
  }

  /**
   * Whether a text of this log-probability can still become one of the best: the log-probability only falls, and
   * divided by the penalty of the greatest length it is as high as it can get.
   */
  canEnter(logProb: number, maxTokens: number): boolean {
    const worst = this.#texts[this.#width - 1];
    return worst === undefined || logProb / this.#lengthPenalty(maxTokens) > worst.score;
  }
}
