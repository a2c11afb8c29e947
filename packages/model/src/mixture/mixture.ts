import type { Vocabulary } from "@lm/text";
import type { LanguageModel } from "../language-model.ts";
import { scoreSequences } from "../score-sequences.ts";

/** How far the sum of weights may be from 1: what writing them down with six digits can make of it. */
const WEIGHT_TOLERANCE = 1e-5;

/**
 * Linear interpolation of language models over one vocabulary (Jelinek & Mercer 1980), itself a language model:
 *
 *     p(w | h) = Σ_i λ_i · p_i(w | h)
 *
 * It sees as far back as the component that sees farthest, and reads at once what all of them can. Weights that
 * make held-out text most probable are what `fitMixtureWeights` gives. Its states are those of its components;
 * whoever holds one releases it as any other.
 *
 * @throws RangeError without models, for vocabularies that differ, and unless there is one weight from 0 for
 * each model and they sum to 1.
 */
export function mixture(
  models: readonly LanguageModel[],
  weights: readonly number[],
): LanguageModel<readonly unknown[]> {
  checkVocabularies(models);
  checkWeights(models, weights);
  const { vocabulary } = models[0]!;
  const maximumLength = Math.min(
    ...models.map((model) => model.maximumLength ?? Number.POSITIVE_INFINITY),
  );
  const release = (states: readonly unknown[]) => {
    for (const [i, state] of states.entries()) models[i]!.release?.(state);
  };
  return {
    vocabulary,
    contextLength: Math.max(...models.map(({ contextLength }) => contextLength)),
    ...(maximumLength < Number.POSITIVE_INFINITY && { maximumLength }),
    ...(models.some(({ isNormalized }) => isNormalized === false) && { isNormalized: false }),
    start: (batch) => models.map((model) => model.start(batch)),
    async advance(states, tokens) {
      // Models may wait; what is handed in may be written over meanwhile.
      const read = tokens.slice();
      const next: unknown[] = [];
      const logProbs: Float32Array[] = [];
      try {
        for (const [i, model] of models.entries()) {
          const answer = await model.advance(states[i], read);
          next.push(answer.state);
          logProbs.push(answer.logProbs);
        }
      } catch (error) {
        release(next);
        throw error;
      }
      return { state: next, logProbs: mixLogProbs(logProbs, weights) };
    },
    select: (states, rows) => states.map((state, i) => models[i]!.select(state, rows)),
    async score(sequences) {
      const scores: Float32Array[][] = [];
      for (const model of models) scores.push(await scoreSequences(model, sequences));
      return sequences.map((_, row) =>
        mixLogProbs(
          scores.map((rows) => rows[row]!),
          weights,
        ),
      );
    },
    release,
  };
}

/**
 * ln Σ_i λ_i p_i, entry by entry, of as many arrays of ln p_i as there are weights. The largest term is taken
 * out before powers are formed, so that what is very improbable is not lost.
 */
export function mixLogProbs(
  logProbs: readonly Float32Array[],
  weights: readonly number[],
): Float32Array {
  const logWeights = weights.map(Math.log);
  return logProbs[0]!.map((_, entry) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < logWeights.length; i++)
      largest = Math.max(largest, logWeights[i]! + logProbs[i]![entry]!);
    if (largest === Number.NEGATIVE_INFINITY) return largest;
    let sum = 0;
    for (let i = 0; i < logWeights.length; i++)
      sum += Math.exp(logWeights[i]! + logProbs[i]![entry]! - largest);
    return largest + Math.log(sum);
  });
}

function checkVocabularies(models: readonly LanguageModel[]): void {
  if (models.length === 0)
    throw new RangeError("mixture: there are no models; give one or more, over one vocabulary");
  const first = models[0]!.vocabulary;
  for (const [i, { vocabulary }] of models.entries()) {
    const problem = difference(first, vocabulary);
    if (problem)
      throw new RangeError(
        `mixture: model ${i} has another vocabulary than model 0: ${problem}; train both with one tokenizer`,
      );
  }
}

/** How the second vocabulary differs from the first, in words; undefined where it does not. */
function difference(first: Vocabulary, second: Vocabulary): string | undefined {
  if (first === second) return undefined;
  if (first.size !== second.size) return `${second.size} tokens, not ${first.size}`;
  const id = first.tokens.findIndex((token, i) => token !== second.tokens[i]);
  if (id >= 0)
    return `token ${id} is ${JSON.stringify(second.tokens[id])}, not ${JSON.stringify(first.tokens[id])}`;
  const role = (["bos", "eos", "unk"] as const).find((name) => first[name] !== second[name]);
  return role && `its ${role} is token ${second[role]}, not ${first[role]}`;
}

function checkWeights(models: readonly LanguageModel[], weights: readonly number[]): void {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const isValid =
    weights.length === models.length &&
    weights.every((weight) => weight >= 0) &&
    Math.abs(sum - 1) <= WEIGHT_TOLERANCE;
  if (!isValid)
    throw new RangeError(
      `mixture: the weights of ${models.length} models are [${weights.join(", ")}]; ` +
        "give as many numbers from 0 that sum to 1",
    );
}
