import { type EvaluationContext, scoreTokens } from "@lm/eval";
import { fitMixtureWeights, type LanguageModel, mixture } from "@lm/model";
import { blameInput, InputError } from "../failure.ts";
import { startProgress } from "../terminal/progress.ts";
import type { Judged } from "./evaluate.ts";
import { vocabularyDifference } from "./vocabularies.ts";

/** @throws InputError naming the first run whose vocabulary is not that of the first. */
export function checkOneVocabulary(runs: readonly Judged[]): void {
  const [first, ...others] = runs;
  for (const { folder, model } of others) {
    const difference = vocabularyDifference(first!.model.vocabulary, model.vocabulary);
    if (!difference) continue;
    throw new InputError(
      `${folder}: has another vocabulary than ${first!.folder} (${difference}), so the two cannot be mixed; ` +
        `train one with --tokenizer and the folder of the other`,
    );
  }
}

/** The weights under which a text is most probable. `path` names it for messages. */
export async function tuneWeights(
  components: readonly Judged[],
  { path, text, context }: { path: string; text: string; context: EvaluationContext },
): Promise<number[]> {
  const logProbs: Float32Array[] = [];
  for (const { folder, model, tokenizer } of components) {
    const ids = tokenizer.encode(text);
    const progress = startProgress({
      label: `${folder} on ${path}`,
      total: ids.length,
      unit: "tokens",
    });
    try {
      const onProgress = ({ done }: { done: number }) => progress.update(done);
      const scores = await blameInput(path, () => scoreTokens(model, ids, { context, onProgress }));
      logProbs.push(scores.logProbs);
    } finally {
      progress.stop();
    }
  }
  const fitted = await blameInput(path, () => fitMixtureWeights(logProbs));
  console.error(
    `weights fitted on ${path}: ${fitted.crossEntropy.toFixed(4)} nats a token after ${fitted.iterations} rounds of EM`,
  );
  return fitted.weights;
}

/** The components, weighted. @throws InputError for weights that there cannot be. */
export function mix(
  components: readonly Judged[],
  weights: readonly number[],
): Promise<LanguageModel> {
  return blameInput("--weights", () =>
    mixture(
      components.map(({ model }) => model),
      weights,
    ),
  );
}
