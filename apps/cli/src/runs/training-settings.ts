import {
  adam,
  adamW,
  constant,
  cosineWithWarmup,
  type Optimizer,
  type Schedule,
  sgd,
  stepDecay,
} from "@lm/train";

/** How a neural model is trained: the values of the flags of `lm train`, which `--resume` goes by. */
export interface TrainingSettings {
  readonly steps: number;
  /** The last part of the training text that is held out. */
  readonly validFraction?: number | undefined;
  readonly batchSize: number;
  readonly seed: number;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  /** Steps of rising learning rate (cosine). */
  readonly warmup: number;
  /** The learning rate at the end (cosine); a tenth of the peak where it is not given. */
  readonly minLearningRate?: number | undefined;
  /** The learning rate is multiplied by `decayFactor` after every `decayEvery` steps (step). */
  readonly decayEvery: number;
  readonly decayFactor: number;
  readonly beta2: number;
  readonly momentum: number;
  /** Of weight matrices; biases and gains do not decay. */
  readonly weightDecay: number;
  /** The norm that gradients are clipped to; 0 for none. */
  readonly clip: number;
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
}

const optimizers = {
  adamw: (settings: TrainingSettings) => adamW({ ...common(settings), beta2: settings.beta2 }),
  adam: (settings: TrainingSettings) => adam({ ...common(settings), beta2: settings.beta2 }),
  sgd: (settings: TrainingSettings) => sgd({ ...common(settings), momentum: settings.momentum }),
} satisfies Record<string, (settings: TrainingSettings) => Optimizer>;

const schedules = {
  cosine: ({ learningRate: peak, warmup, steps, minLearningRate }: TrainingSettings) =>
    cosineWithWarmup({ peak, warmup, steps, floor: minLearningRate ?? peak / 10 }),
  constant: ({ learningRate }: TrainingSettings) => constant(learningRate),
  step: ({ learningRate: initial, decayFactor: factor, decayEvery: every }: TrainingSettings) =>
    stepDecay({ initial, factor, every }),
} satisfies Record<string, (settings: TrainingSettings) => Schedule>;

export type OptimizerName = keyof typeof optimizers;
export const OPTIMIZERS = Object.keys(optimizers) as OptimizerName[];
export type ScheduleName = keyof typeof schedules;
export const SCHEDULES = Object.keys(schedules) as ScheduleName[];

function common(settings: TrainingSettings) {
  return {
    learningRate: schedules[settings.schedule](settings),
    weightDecay: settings.weightDecay,
    // As nanoGPT: weight matrices and embeddings decay, vectors do not.
    decays: (_: string, { shape }: { readonly shape: readonly number[] }) => shape.length >= 2,
  };
}

export function optimizerOf(settings: TrainingSettings): Optimizer {
  return optimizers[settings.optimizer](settings);
}
