/** The learning rate of each step, the first of which is 1. */
export type Schedule = (step: number) => number;

export function constant(learningRate: number): Schedule {
  return () => learningRate;
}

/**
 * Linear warm-up to `peak`, then half a cosine that would reach `floor` right after step `steps` (Loshchilov & Hutter
 * 2017, without restarts; both parts as nanoGPT counts them).
 */
export function cosineWithWarmup({
  peak,
  warmup,
  steps,
  floor = 0,
}: {
  readonly peak: number;
  readonly warmup: number;
  readonly steps: number;
  readonly floor?: number;
}): Schedule {
  return (step) => {
    if (step <= warmup) return (peak * step) / (warmup + 1);
    const progress = Math.min(1, (step - 1 - warmup) / Math.max(1, steps - warmup));
    return floor + ((peak - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}

/** `initial`, multiplied by `factor` after every `every` steps, the first time `every` steps after `start`. */
export function stepDecay({
  initial,
  factor,
  every,
  start = 0,
}: {
  readonly initial: number;
  readonly factor: number;
  readonly every: number;
  readonly start?: number;
}): Schedule {
  return (step) => initial * factor ** Math.max(0, Math.floor((step - 1 - start) / every));
}
