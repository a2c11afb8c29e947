/** No more improvement than this, in nats a token, is none. */
const TOLERANCE = 1e-9;
const MOST_ITERATIONS = 500;

export interface FittedWeights {
  /** λ, one for each model; they sum to 1. */
  readonly weights: number[];
  /** Nats a token of the held-out text under them, of the tokens that any model holds for possible. */
  readonly crossEntropy: number;
  readonly iterations: number;
}

/**
 * The weights of a mixture under which held-out text is most probable, by expectation maximisation (Jelinek &
 * Mercer 1980; SRILM's `compute-best-mix`). `logProbs[i]` are the natural-log probabilities that model i gives
 * to the tokens of that text, as `scoreTokens` of `@lm/eval` reads them.
 *
 * A token was drawn from model i with the posterior probability λ_i p_i(w) / Σ_j λ_j p_j(w); a new λ_i is the mean
 * of these. The likelihood has one maximum, and every step comes nearer. Tokens that no model holds for possible
 * say nothing about weights and are left out.
 *
 * @throws RangeError without models, without tokens or where nothing is possible, for lists of different
 * lengths, and for what is no log-probability.
 */
export function fitMixtureWeights(logProbs: readonly Float32Array[]): FittedWeights {
  check(logProbs);
  const count = logProbs.length;
  const { ratios, offset, tokens } = likelihoodRatios(logProbs);
  let weights = new Float64Array(count).fill(1 / count);
  let crossEntropy = Number.POSITIVE_INFINITY;
  let iterations = 0;
  while (iterations < MOST_ITERATIONS) {
    const sums = new Float64Array(count);
    let logLikelihood = offset;
    for (let t = 0; t < tokens; t++) {
      const row = t * count;
      let probability = 0;
      for (let i = 0; i < count; i++) probability += weights[i]! * ratios[row + i]!;
      for (let i = 0; i < count; i++) sums[i]! += (weights[i]! * ratios[row + i]!) / probability;
      logLikelihood += Math.log(probability);
    }
    iterations++;
    const improvement = crossEntropy + logLikelihood / tokens;
    crossEntropy = -logLikelihood / tokens;
    if (improvement < TOLERANCE) break;
    weights = sums.map((sum) => sum / tokens);
  }
  return { weights: [...weights], crossEntropy, iterations };
}

/** Row-major `[tokens, models]` p_i(w) / max_j p_j(w), and the sum of the logarithms of what was divided by. */
function likelihoodRatios(logProbs: readonly Float32Array[]): {
  readonly ratios: Float64Array;
  readonly offset: number;
  readonly tokens: number;
} {
  const count = logProbs.length;
  const ratios = new Float64Array(logProbs[0]!.length * count);
  let offset = 0;
  let tokens = 0;
  for (let t = 0; t < logProbs[0]!.length; t++) {
    const largest = logProbs.reduce((max, row) => Math.max(max, row[t]!), Number.NEGATIVE_INFINITY);
    if (largest === Number.NEGATIVE_INFINITY) continue;
    for (let i = 0; i < count; i++)
      ratios[tokens * count + i] = Math.exp(logProbs[i]![t]! - largest);
    offset += largest;
    tokens++;
  }
  if (tokens === 0)
    throw new RangeError(
      "fitMixtureWeights: the models hold every token of the text for impossible; " +
        "fit the weights on other text, or mix smoothed models",
    );
  return { ratios, offset, tokens };
}

function check(logProbs: readonly Float32Array[]): void {
  const [first] = logProbs;
  if (!first || first.length === 0)
    throw new RangeError(
      "fitMixtureWeights: there is nothing to fit; give the log-probabilities of held-out tokens, an array for each model",
    );
  for (const [i, row] of logProbs.entries()) {
    if (row.length !== first.length)
      throw new RangeError(
        `fitMixtureWeights: model ${i} scored ${row.length} tokens and model 0 ${first.length}; ` +
          "score the same text under the same context",
      );
    // Rounding may carry a probability of 1 a little above it.
    const wrong = row.findIndex((logProb) => !(logProb <= 1e-3));
    if (wrong >= 0)
      throw new RangeError(
        `fitMixtureWeights: model ${i} gives token ${wrong} the log-probability ${row[wrong]}, which is none`,
      );
  }
}
