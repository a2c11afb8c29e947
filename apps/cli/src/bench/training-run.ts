import type { Backend } from "@lm/backend";
import { Generator } from "@lm/random";
import { type BatchSource, streams, Vocabulary, windows } from "@lm/text";
import { adamW, type Optimizer, type StepEvent, sgd, train } from "@lm/train";
import { createModel, type NeuralModel } from "../runs/families.ts";
import type { OptimizerSettings, TrainingWorkload } from "./training-workloads.ts";

/** How many different batches there are; then they come again. */
export const BATCHES = 50;

export function workloadModel(
  { family, model, vocabularySize }: TrainingWorkload,
  origin: { readonly backend: Backend; readonly seed: number },
): NeuralModel {
  const tokens = Array.from({ length: vocabularySize }, (_, id) => `${id}`);
  return createModel(
    { family, model } as Parameters<typeof createModel>[0],
    new Vocabulary(tokens),
    origin,
  );
}

/** Batches of tokens drawn at random; rows of recurrent models go on until the batches come again. */
export function workloadBatches(
  { family, vocabularySize, batchSize, context }: TrainingWorkload,
  seed: number,
): BatchSource {
  const generator = new Generator(seed);
  const ids = Int32Array.from({ length: batchSize * context * BATCHES + 1 }, () =>
    generator.integer(vocabularySize),
  );
  if (family !== "transformer") return streams(ids, { batchSize, context });
  const source = windows(ids, { batchSize, context, seed });
  return { ...source, batch: (step) => source.batch(step % BATCHES) };
}

/** Training without an end, one event a step. */
export async function* trainWorkload(
  workload: TrainingWorkload,
  { backend, seed }: { readonly backend: Backend; readonly seed: number },
): AsyncGenerator<StepEvent, void> {
  const events = train({
    model: workloadModel(workload, { backend, seed }),
    data: workloadBatches(workload, seed),
    optimizer: optimizerOf(workload.optimizer),
    steps: Number.MAX_SAFE_INTEGER,
    clip: workload.clip,
  });
  for await (const event of events) if (event.type === "step") yield event;
}

function optimizerOf(settings: OptimizerSettings): Optimizer {
  if (settings.name === "sgd") return sgd({ learningRate: settings.learningRate });
  const { learningRate, beta2, weightDecay } = settings;
  const decays = (_: string, { shape }: { readonly shape: readonly number[] }) => shape.length >= 2;
  return adamW({ learningRate, beta2, weightDecay, decays });
}
