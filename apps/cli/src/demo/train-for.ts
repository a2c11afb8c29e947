import type { BatchSource } from "@lm/text";
import { adamW, train } from "@lm/train";
import type { NeuralModel } from "../runs/families.ts";
import { startProgress } from "../terminal/progress.ts";

/** A point of a loss curve. */
export interface CurvePoint {
  /** Of training so far. */
  readonly seconds: number;
  /** Bits per character of the batch. */
  readonly bits: number;
}

export interface TrainingOutcome {
  readonly seconds: number;
  readonly tokens: number;
  readonly steps: number;
  readonly curve: readonly CurvePoint[];
}

/** Trains for a number of seconds; the learning rate rises, and falls to nothing as the time runs out. */
export async function trainFor(
  model: NeuralModel,
  data: BatchSource,
  {
    title,
    seconds: budget,
    learningRate,
  }: {
    readonly title: string;
    readonly seconds: number;
    readonly learningRate: number;
  },
): Promise<TrainingOutcome> {
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const schedule = () => {
    const part = Math.min(1, elapsed() / budget);
    const warmup = Math.min(1, part / 0.05);
    return learningRate * warmup * (1 + Math.cos(Math.PI * part)) * 0.5;
  };
  const curve: CurvePoint[] = [];
  let tokens = 0;
  const progress = startProgress({ label: title.padEnd(28), total: budget, unit: "tokens" });
  const optimizer = adamW({ learningRate: schedule, beta2: 0.99, weightDecay: 0.01 });
  for await (const event of train({
    model,
    data,
    optimizer,
    steps: Number.MAX_SAFE_INTEGER,
    clip: 1,
  })) {
    if (event.type !== "step") continue;
    const seconds = elapsed();
    tokens += event.tokens;
    curve.push({ seconds, bits: event.loss / Math.LN2 });
    progress.update(Math.min(budget, seconds), {
      note: `${(event.loss / Math.LN2).toFixed(2)} bits a character`,
      units: tokens,
    });
    if (seconds >= budget) break;
  }
  progress.stop();
  return { seconds: elapsed(), tokens, steps: curve.length, curve };
}
