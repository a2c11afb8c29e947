import { valueAndGrad } from "@lm/autograd";
import type { Backend } from "@lm/backend";
import type { CarriedState, Trainable } from "@lm/nn";
import { Generator } from "@lm/random";
import { disposeTensors, flattenTensors, scopeOf, tensorsOf } from "@lm/tensor";
import type { Batch, BatchSource } from "@lm/text";
import { type Checkpoint, restoreState, takeCheckpoint } from "./checkpoint.ts";
import { clipScale, globalNorm } from "./clip.ts";
import { type StepEvent, type TrainEvent, TrainingDivergedError } from "./events.ts";
import type { Optimizer, OptimizerState } from "./optimizer.ts";

export interface EvaluationOptions {
  /** After every so many steps, and after the last. */
  readonly every: number;
  readonly data: BatchSource;
  /** How many batches of `data`, from its first. */
  readonly batches: number;
}

export interface TrainOptions<Parameters> {
  readonly model: Trainable<Batch, Parameters>;
  readonly data: BatchSource;
  readonly optimizer: Optimizer;
  /** Steps in all, those before a checkpoint included. */
  readonly steps: number;
  /** Scale gradients down to this norm. */
  readonly clip?: number | undefined;
  /** For dropout. */
  readonly seed?: number;
  readonly evaluation?: EvaluationOptions | undefined;
  /** After every so many steps, and after the last. */
  readonly checkpointEvery?: number | undefined;
  /** Go on from here. The model must hold the checkpoint's parameters. */
  readonly resume?: Checkpoint | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where the streams that choose dropout's masks begin, apart from all others of the same seed. */
const DROPOUT_STREAMS = 2 ** 40;

/**
 * Trains a model, one event at a time. What a step computes is freed with it; the model's parameters are replaced by
 * better ones at every step. A step is a function of its number, the parameters and the optimizer's state alone, so a
 * run that is resumed goes on as if it had never stopped.
 *
 * @throws TrainingDivergedError when the loss or the gradient norm is not finite.
 */
export async function* train<Parameters>(
  options: TrainOptions<Parameters>,
): AsyncGenerator<TrainEvent, void> {
  const {
    model,
    data,
    optimizer,
    steps,
    clip,
    seed = 0,
    evaluation,
    checkpointEvery,
    signal,
  } = options;
  if (evaluation && !(evaluation.batches >= 1))
    throw new RangeError(
      `train: evaluation.batches is ${evaluation.batches}; judging takes one or more`,
    );
  const backend = backendOf(model.parameters);
  const resumed = options.resume && restoreState(options.resume, backend);
  let state = optimizer.init(model.parameters);
  if (resumed) {
    checkState(optimizer.name, state, resumed.optimizer);
    disposeTensors(state);
    state = resumed.optimizer;
  }
  let carry = resumed?.carry;
  const first = (options.resume?.step ?? 0) + 1;
  const isDue = (step: number, every: number | undefined) =>
    every !== undefined && (step % every === 0 || step === steps);
  try {
    for (let step = first; step <= steps; step++) {
      signal?.throwIfAborted();
      const batch = data.batch(step - 1);
      const generator = new Generator(seed, DROPOUT_STREAMS + step);
      const done = await takeStep({
        model,
        batch,
        generator,
        optimizer,
        state,
        carry,
        clip,
        step,
      });
      state = done.state;
      carry = done.carry;
      const { loss, gradientNorm } = done.event;
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
        throw new TrainingDivergedError(done.event);
      yield done.event;
      if (evaluation && isDue(step, evaluation.every))
        yield {
          type: "evaluation",
          step,
          crossEntropy: await meanLoss(model, evaluation),
        };
      if (isDue(step, checkpointEvery)) {
        await checkLoss(model, batch, carry, done.event);
        const { parameters } = model;
        yield {
          type: "checkpoint",
          checkpoint: await takeCheckpoint({ step, parameters, optimizer: state, carry }),
        };
      }
    }
  } finally {
    disposeTensors([state, carry]);
  }
}

/**
 * A step's loss tells of the parameters before its update. What goes into a checkpoint must be good after it too, so that the
 * last checkpoint is always one to go on from.
 */
async function checkLoss<Parameters>(
  model: Trainable<Batch, Parameters>,
  batch: Batch,
  carry: CarriedState | undefined,
  event: StepEvent,
): Promise<void> {
  const loss = await lossOf(model, batch, carry);
  disposeTensors(loss.state);
  if (!Number.isFinite(loss.value)) throw new TrainingDivergedError({ ...event, loss: loss.value });
}

interface Step<Parameters> {
  readonly model: Trainable<Batch, Parameters>;
  readonly batch: Batch;
  readonly generator: Generator;
  readonly optimizer: Optimizer;
  readonly state: OptimizerState;
  readonly carry: CarriedState | undefined;
  readonly clip: number | undefined;
  readonly step: number;
}

async function takeStep<Parameters>({
  model,
  batch,
  generator,
  optimizer,
  state,
  carry,
  clip,
  step,
}: Step<Parameters>): Promise<{ event: StepEvent; state: OptimizerState; carry: CarriedState }> {
  const before = model.parameters;
  const forward = valueAndGrad(before, (parameters) => {
    const context = { state: batch.continues ? carry : undefined, generator };
    const { loss, state: aux } = model.loss(parameters, batch, context);
    return { loss, aux };
  });
  const after = scopeOf(forward.gradients, (gradients) => {
    const norm = globalNorm(gradients);
    const scale = clip === undefined ? undefined : clipScale(norm, clip);
    return { norm, ...optimizer.update({ parameters: before, gradients, scale, state, step }) };
  });
  model.parameters = after.parameters;
  disposeTensors([before, state, carry, forward.gradients]);
  const [loss, gradientNorm] = await Promise.all([forward.value.item(), after.norm.item()]);
  disposeTensors([forward.value, after.norm]);
  const event: StepEvent = {
    type: "step",
    step,
    loss,
    learningRate: optimizer.learningRate(step),
    gradientNorm,
    tokens: countTargets(batch),
  };
  return { event, state: after.state, carry: forward.aux };
}

/** @throws Error when a checkpoint holds the state of another optimizer, or of other parameters. */
function checkState(name: string, expected: OptimizerState, found: OptimizerState): void {
  const paths = (state: OptimizerState) => Object.keys(flattenTensors(state)).sort().join(", ");
  if (paths(expected) !== paths(found))
    throw new Error(
      `train: the checkpoint holds an optimizer's state of [${Object.keys(found)}], but ${name} on this model needs other tensors ([${Object.keys(expected)}]); resume with the optimizer and the model it was made with`,
    );
}

/** The mean loss over the evaluation batches, each weighted by its targets, without gradients. */
async function meanLoss<Parameters>(
  model: Trainable<Batch, Parameters>,
  { data, batches }: EvaluationOptions,
): Promise<number> {
  let total = 0;
  let targets = 0;
  let carry: CarriedState | undefined;
  for (let i = 0; i < batches; i++) {
    const batch = data.batch(i);
    const { value, state } = await lossOf(model, batch, carry);
    disposeTensors(carry);
    carry = state;
    total += value * countTargets(batch);
    targets += countTargets(batch);
  }
  disposeTensors(carry);
  return total / targets;
}

/** The loss of a batch as the model is, without gradients or dropout. */
async function lossOf<Parameters>(
  model: Trainable<Batch, Parameters>,
  batch: Batch,
  carry: CarriedState | undefined,
): Promise<{ readonly value: number; readonly state: CarriedState }> {
  const context = { state: batch.continues ? carry : undefined };
  const { loss, state } = scopeOf(model.parameters, (parameters) =>
    model.loss(parameters, batch, context),
  );
  const value = await loss.item();
  loss.dispose();
  return { value, state };
}

/** How many tokens of a batch are to be predicted. */
function countTargets({ targets }: Batch): number {
  return targets.reduce((count, target) => count + (target >= 0 ? 1 : 0), 0);
}

function backendOf(parameters: unknown): Backend {
  const first = tensorsOf(parameters)[0];
  if (!first) throw new TypeError("train: the model has no parameters; there is nothing to train");
  return first.backend;
}
