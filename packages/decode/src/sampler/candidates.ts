import { DecodingError } from "../errors.ts";

/**
 * The tokens that may come next, as a chain of sampler steps narrows them down: the first `size` entries of
 * `tokens` and of `logProbs`, in any order. The log-probabilities count relative to each other; they sum to one
 * only after `normalize`. The same arrays serve every token of a text.
 */
export class Candidates {
  readonly tokens: Int32Array;
  readonly logProbs: Float64Array;
  size = 0;

  constructor(capacity: number) {
    this.tokens = new Int32Array(capacity);
    this.logProbs = new Float64Array(capacity);
  }

  /**
   * Every token that can come next at all.
   * @throws DecodingError where the model gives NaN.
   */
  load(given: Float32Array): void {
    const { tokens, logProbs } = this;
    let size = 0;
    for (let token = 0; token < given.length; token++) {
      const logProb = given[token]!;
      if (Number.isNaN(logProb))
        throw new DecodingError(`the model gives NaN as the log-probability of token ${token}`);
      if (logProb === Number.NEGATIVE_INFINITY) continue;
      tokens[size] = token;
      logProbs[size] = logProb;
      size++;
    }
    this.size = size;
  }

  swap(i: number, j: number): void {
    const token = this.tokens[i]!;
    const logProb = this.logProbs[i]!;
    this.tokens[i] = this.tokens[j]!;
    this.logProbs[i] = this.logProbs[j]!;
    this.tokens[j] = token;
    this.logProbs[j] = logProb;
  }

  /** The highest log-probability; −Infinity where there is no candidate. */
  highest(): number {
    const { logProbs, size } = this;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < size; i++) if (logProbs[i]! > highest) highest = logProbs[i]!;
    return highest;
  }

  /** Makes the probabilities sum to one. */
  normalize(): void {
    const { logProbs, size } = this;
    const highest = this.highest();
    let sum = 0;
    for (let i = 0; i < size; i++) sum += Math.exp(logProbs[i]! - highest);
    const total = highest + Math.log(sum);
    for (let i = 0; i < size; i++) logProbs[i] = logProbs[i]! - total;
  }
}

/** The order of candidates: by falling log-probability, equals by rising id. */
export function isBefore(logProb: number, token: number, otherLogProb: number, other: number) {
  return logProb > otherLogProb || (logProb === otherLogProb && token < other);
}
