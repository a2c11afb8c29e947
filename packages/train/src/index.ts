export { type AdamOptions, adam, adamW } from "./adam.ts";
export {
  type Checkpoint,
  checkpointFromBytes,
  checkpointToBytes,
  restoreState,
  takeCheckpoint,
} from "./checkpoint.ts";
export { clipScale, globalNorm } from "./clip.ts";
export {
  type CheckpointEvent,
  type EvaluationEvent,
  type StepEvent,
  type TrainEvent,
  TrainingDivergedError,
} from "./events.ts";
export type {
  CommonOptions,
  Decays,
  Optimizer,
  OptimizerState,
  OptimizerStep,
} from "./optimizer.ts";
export { constant, cosineWithWarmup, type Schedule, stepDecay } from "./schedules.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
export { type EvaluationOptions, type TrainOptions, train } from "./train.ts";
