import type { Generator } from "@lm/random";
import type { Tensor } from "@lm/tensor";

/** What a recurrent model carries from one batch to the next. */
export type CarriedState = Readonly<Record<string, Tensor>>;

/** What a model is given beside the examples. */
export interface LossContext {
  /** What the previous batch left, where its rows go on in this one. */
  readonly state?: CarriedState | undefined;
  /** The source of dropout's randomness, in training alone. */
  readonly generator?: Generator | undefined;
}

export interface LossAndState {
  /** The mean loss of the batch, in nats per token: one element. */
  readonly loss: Tensor;
  /** What to carry over to the next batch; empty for a model without memory. */
  readonly state: CarriedState;
}

/** What a training loop needs of a model. */
export interface Trainable<Batch, Parameters = unknown> {
  /** The tree of what is learned. The loop puts a new one in place at every step. */
  parameters: Parameters;
  /** A pure function of `parameters`, which are tracked while training. */
  loss(parameters: Parameters, batch: Batch, context: LossContext): LossAndState;
}
