import type { EvaluationContext } from "@lm/eval";
import { unigramCache } from "@lm/model";
import { blameInput, InputError } from "../failure.ts";
import { readText } from "../input.ts";
import { defaultContext, evaluateRun, type Judged, type Result } from "../runs/evaluate.ts";
import type { Run } from "../runs/load.ts";
import { checkOneVocabulary, mix, tuneWeights } from "../runs/mixture.ts";

export interface MixtureFlags {
  readonly mixture: boolean;
  readonly context?: EvaluationContext | undefined;
  readonly tune?: string | undefined;
  readonly weights?: readonly number[] | undefined;
  readonly cache?: number | undefined;
  readonly cacheDecay?: number | undefined;
}

/** @throws InputError for flags that do not go together. */
export function checkMixtureFlags({
  mixture,
  tune,
  weights,
  cache,
  cacheDecay,
}: MixtureFlags): void {
  const given = Object.entries({ tune, weights, cache }).find(([, value]) => value !== undefined);
  if (!mixture && given) throw new InputError(`--${given[0]} is for --mixture; give that too`);
  if (cacheDecay !== undefined && cache === undefined)
    throw new InputError("--cache-decay is for --cache; give that too");
  if (mixture && (tune === undefined) === (weights === undefined))
    throw new InputError(
      "--mixture needs its weights: give --tune FILE, to fit them on held-out text, or --weights",
    );
}

/** Each model, the cache if one is asked for, and all of them mixed, under one context. */
export async function judgeMixture(
  runs: readonly Run[],
  text: string,
  { tune, weights: given, cache, cacheDecay, context: asked }: MixtureFlags,
): Promise<Result[]> {
  checkOneVocabulary(runs);
  const heldOut = tune === undefined ? undefined : readText(tune);
  const [first] = runs;
  const components: (Judged & { readonly family: string })[] = runs.map((run) => ({
    ...run,
    family: run.config.family,
  }));
  if (cache !== undefined) {
    const options = { length: cache, ...(cacheDecay !== undefined && { decay: cacheDecay }) };
    const model = await blameInput("--cache", () => unigramCache(first!.model.vocabulary, options));
    components.push({ ...first!, folder: "cache", family: "cache", model });
  }
  const contexts = new Set(runs.map(defaultContext));
  const isCommon = contexts.size === 1 && cache === undefined;
  const context = asked ?? (isCommon ? defaultContext(first!) : "document");
  if (given) await mix(components, given);
  const results: Omit<Result, "weight">[] = [];
  for (const component of components)
    results.push({
      name: component.folder,
      family: component.family,
      evaluation: await evaluateRun(component, text, context),
    });
  const weights =
    given ?? (await tuneWeights(components, { path: tune!, text: heldOut!, context }));
  const mixed = { ...first!, folder: "mixture", model: await mix(components, weights) };
  return [
    ...results.map((result, i) => ({ ...result, weight: weights[i]! })),
    {
      name: "mixture",
      family: "mixture",
      evaluation: await evaluateRun(mixed, text, context),
    },
  ];
}
