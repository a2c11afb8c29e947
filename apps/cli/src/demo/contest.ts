import { cpu } from "@lm/backend-cpu";
import { type Evaluation, evaluate } from "@lm/eval";
import type { LanguageModel } from "@lm/model";
import { countParameters } from "@lm/nn";
import { characterTokenizer, type Tokenizer } from "@lm/text";
import { startProgress } from "../terminal/progress.ts";
import type { Contestant } from "./contestants.ts";
import type { Corpus } from "./corpus.ts";
import { drawSamples, type Samples } from "./samples.ts";
import { type CurvePoint, trainFor } from "./train-for.ts";

export interface Budget {
  /** Of training for each neural model. */
  readonly seconds: number;
  /** Characters of held-out text that models are judged by. */
  readonly heldOut: number;
  /** Characters of a sample. */
  readonly sample: number;
}

/** How one model did. */
export interface DemoResult {
  readonly title: string;
  readonly parameters: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
  /** Empty for a counted model. */
  readonly curve: readonly CurvePoint[];
  readonly evaluation: Evaluation;
  readonly samples: Samples;
}

/** One policy for all: characters are predicted from the 32 to 63 before them. */
const CONTEXT = { window: 64, stride: 32 };

/** Trains and judges every contestant; best first. */
export async function runContest(
  contestants: readonly Contestant[],
  { train, heldOut }: Corpus,
  budget: Budget,
): Promise<DemoResult[]> {
  const tokenizer = characterTokenizer(train);
  const ids = tokenizer.encode(train);
  const heldOutIds = tokenizer.encode(heldOut).subarray(0, budget.heldOut);
  const backend = await cpu();
  const results: DemoResult[] = [];
  for (const contestant of contestants) {
    const { title } = contestant;
    if (contestant.kind === "counted") {
      const start = performance.now();
      const model = contestant.fit(tokenizer, train);
      const seconds = (performance.now() - start) / 1000;
      const learned = {
        parameters: model.parameterCount,
        seconds,
        tokensPerSecond: ids.length / seconds,
        curve: [],
      };
      results.push({
        title,
        ...learned,
        ...(await judge(title, model, tokenizer, heldOutIds, budget)),
      });
    } else {
      const model = contestant.create(tokenizer.vocabulary, backend);
      const { learningRate } = contestant;
      const outcome = await trainFor(model, contestant.batches(ids), {
        title,
        seconds: budget.seconds,
        learningRate,
      });
      const learned = {
        parameters: countParameters(model.parameters),
        seconds: outcome.seconds,
        tokensPerSecond: outcome.tokens / outcome.seconds,
        curve: outcome.curve,
      };
      results.push({
        title,
        ...learned,
        ...(await judge(title, model, tokenizer, heldOutIds, budget)),
      });
    }
  }
  backend.close();
  return results.sort((a, b) => a.evaluation.bitsPerToken - b.evaluation.bitsPerToken);
}

async function judge(
  title: string,
  model: LanguageModel,
  tokenizer: Tokenizer,
  ids: Int32Array,
  { sample }: Budget,
): Promise<{ readonly evaluation: Evaluation; readonly samples: Samples }> {
  const progress = startProgress({
    label: `${title}, judging`.padEnd(28),
    total: ids.length,
    unit: "tokens",
  });
  const evaluation = await evaluate(model, ids, {
    context: CONTEXT,
    onProgress: ({ done }) => progress.update(done),
  });
  progress.stop();
  return { evaluation, samples: await drawSamples(model, tokenizer, sample) };
}
