import type { Checkpoint } from "./checkpoint.ts";

/** What a training loop reports; it waits while its listener works, so the model is at rest then. */
export type TrainEvent = StepEvent | EvaluationEvent | CheckpointEvent;

export interface StepEvent {
  readonly type: "step";
  /** From 1. */
  readonly step: number;
  /** Mean loss of the batch before the update, in nats per token. */
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** Tokens that were learned from. */
  readonly tokens: number;
}

export interface EvaluationEvent {
  readonly type: "evaluation";
  readonly step: number;
  /** Mean over the evaluation batches, in nats per token. */
  readonly crossEntropy: number;
}

export interface CheckpointEvent {
  readonly type: "checkpoint";
  readonly checkpoint: Checkpoint;
}

/** The loss or the gradient is no longer finite. The last checkpoint is the last good state. */
export class TrainingDivergedError extends Error {
  override readonly name = "TrainingDivergedError";
  readonly event: StepEvent;

  constructor(event: StepEvent) {
    super(
      `training: at step ${event.step} the loss is ${event.loss} and the gradient norm ${event.gradientNorm}, at learning rate ${event.learningRate}; lower the learning rate, or clip the gradients, and resume from the last checkpoint`,
    );
    this.event = event;
  }
}
