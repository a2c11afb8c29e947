import type { Handle } from "./backend.ts";

/**
 * The fused ops: the names of their inputs and outputs. Each has one composed definition in primitives
 * (`composed/`), which is its fallback, its documentation and the oracle of its test; an engine may bring a kernel.
 *
 * `saved` names what a kernel may hand from its forward to its own backward pass (gate activations, say). The
 * composed definitions save nothing.
 */
export const FUSED = {
  /** e^x / Σ e^x over the last axis. */
  softmax: { inputs: ["x"], outputs: ["y"], saved: [] },

  /** x − log Σ e^x over the last axis. */
  logSoftmax: { inputs: ["x"], outputs: ["y"], saved: [] },

  /**
   * x·W + b: `x […, I]`, `weight [I, O]` (where `transposed`, `[O, I]`, as PyTorch keeps it), `bias [O]` → `y […, O]`.
   */
  linear: { inputs: ["x", "weight", "bias"], outputs: ["y"], saved: [] },

  /** GELU in its tanh form (Hendrycks & Gimpel 2016), as GPT-2 computes it. */
  gelu: { inputs: ["x"], outputs: ["y"], saved: [] },

  /** x · sigmoid(x) (Hendrycks & Gimpel 2016; "swish"). */
  silu: { inputs: ["x"], outputs: ["y"], saved: [] },

  /** Layer normalisation over the last axis (Ba et al. 2016), biased variance; `gain` and `bias` are `[C]`. */
  layerNorm: { inputs: ["x", "gain", "bias"], outputs: ["y"], saved: [] },

  /** x / √(mean(x²) + ε) · gain over the last axis (Zhang & Sennrich 2019); `gain` is `[C]`. */
  rmsNorm: { inputs: ["x", "gain"], outputs: ["y"], saved: [] },

  /**
   * −log softmax(logits)[target] for each row: `logits [N, V]`, `targets [N]` → `loss [N]`, in nats. Rows with
   * a negative target count for nothing: their loss and gradient are 0.
   */
  crossEntropy: { inputs: ["logits", "targets"], outputs: ["loss"], saved: [] },

  /**
   * Multi-head scaled dot-product attention (Vaswani et al. 2017, eq. 1): `query [B, T, C]`, `key` and `value`
   * `[B, S, C]`, heads side by side in C → `output [B, T, C]`. Causal: the last query stands at the last key, so
   * that query t sees the keys up to t + S − T.
   */
  attention: { inputs: ["query", "key", "value"], outputs: ["output"], saved: [] },

  /**
   * Elman's recurrence h = tanh(x + h·Wᵀ + b) over a whole sequence: `x [B, T, H]` is the projected input,
   * `hidden [B, H]`, `weight [H, H]`, `bias [H]` → `output [B, T, H]`. In reverse, from the last step to the first.
   */
  rnnSequence: { inputs: ["x", "hidden", "weight", "bias"], outputs: ["output"], saved: [] },

  /**
   * The LSTM (Hochreiter & Schmidhuber 1997, with forget gates: Gers et al. 2000), gates in PyTorch's order i, f,
   * g, o: `x [B, T, 4H]`, `hidden` and `cell` `[B, H]`, `weight [4H, H]`, `bias [4H]` → `output [B, T, H]`, and the
   * `finalCell [B, H]` after the last step.
   */
  lstmSequence: {
    inputs: ["x", "hidden", "cell", "weight", "bias"],
    outputs: ["output", "finalCell"],
    saved: ["gates", "cells"],
  },

  /**
   * The GRU, gates in PyTorch's order r, z, n: `x [B, T, 3H]`, `hidden [B, H]`, `weight [3H, H]`, `bias [3H]` →
   * `output [B, T, H]`. `resetAfter` applies r after the recurrent product, n = tanh(xₙ + r·(h·Wₙᵀ + bₙ)), as cuDNN
   * and PyTorch; else before it, n = tanh(xₙ + (r·h)·Wₙᵀ + bₙ), as Cho et al. 2014 (v1). h' = (1 − z)·n + z·h.
   */
  gruSequence: {
    inputs: ["x", "hidden", "weight", "bias"],
    outputs: ["output"],
    saved: ["gates", "candidate"],
  },

  /**
   * Dropout (Srivastava et al. 2014): element i is kept, and divided by 1 − rate, where word i of the Philox stream
   * `stream` of `seed` (see `Generator` of `@lm/random`) is at least rate · 2³², and is 0 elsewhere.
   */
  dropout: { inputs: ["x"], outputs: ["y"], saved: [] },

  /** Σ x² over all elements, of shape `[]`. */
  squaredNorm: { inputs: ["x"], outputs: ["y"], saved: [] },

  /**
   * One step of stochastic gradient descent. The gradient is multiplied by `scale` (one element; it is how gradients
   * are clipped), then weight decay is added to it. No derivative.
   */
  sgd: { inputs: ["parameter", "gradient", "scale"], outputs: ["parameter"], saved: [] },

  /** The same with momentum (Polyak 1964), or Nesterov's, as PyTorch scales it: v ← momentum · v + g. No derivative. */
  sgdMomentum: {
    inputs: ["parameter", "gradient", "scale", "velocity"],
    outputs: ["parameter", "velocity"],
    saved: [],
  },

  /**
   * One step of Adam (Kingma & Ba 2015), the `step`-th from 1. The gradient is multiplied by `scale` (one element).
   * Weight decay is then added to it, or taken off the parameter itself where `decoupled` (AdamW, Loshchilov & Hutter
   * 2019). No derivative.
   */
  adam: {
    inputs: ["parameter", "gradient", "scale", "mean", "variance"],
    outputs: ["parameter", "mean", "variance"],
    saved: [],
  },
} as const;

interface OptionTypes {
  linear: { transposed: boolean };
  layerNorm: { epsilon: number };
  rmsNorm: { epsilon: number };
  attention: { heads: number; causal: boolean };
  rnnSequence: { reverse: boolean };
  lstmSequence: { reverse: boolean };
  gruSequence: { reverse: boolean; resetAfter: boolean };
  dropout: { rate: number; seed: number; stream: number };
  sgd: { learningRate: number; weightDecay: number };
  sgdMomentum: { learningRate: number; momentum: number; nesterov: boolean; weightDecay: number };
  adam: {
    learningRate: number;
    beta1: number;
    beta2: number;
    epsilon: number;
    weightDecay: number;
    decoupled: boolean;
    step: number;
  };
}

export type FusedOp = keyof typeof FUSED;
/** The fused ops that have a derivative. */
export type DifferentiableOp = Exclude<FusedOp, "sgd" | "sgdMomentum" | "adam">;

type Named<Names extends readonly string[], T> = { readonly [Name in Names[number]]: T };
export type FusedInputs<Op extends FusedOp, T> = Named<(typeof FUSED)[Op]["inputs"], T>;
export type FusedOutputs<Op extends FusedOp, T> = Named<(typeof FUSED)[Op]["outputs"], T>;
/** What a kernel saved for its backward pass; nothing, when the composed definition ran. */
export type FusedSaved<Op extends FusedOp, T> = Partial<Named<(typeof FUSED)[Op]["saved"], T>>;
export type FusedOptions<Op extends FusedOp> = Op extends keyof OptionTypes
  ? Readonly<OptionTypes[Op]>
  : Readonly<Record<never, never>>;

/**
 * A kernel of a fused op. (Taken from a method, because methods compare bivariantly: only so is a backend of some engine's
 * handles a `Backend`.)
 */
export type FusedKernel<Op extends FusedOp, T> = {
  run(
    inputs: FusedInputs<Op, T>,
    options: FusedOptions<Op>,
  ): FusedOutputs<Op, T> & FusedSaved<Op, T>;
}["run"];

/**
 * The derivative of a fused kernel: from the gradients of its outputs (absent where the loss does not depend on
 * one) the gradients of its inputs. Inputs that are left out (indices) have none.
 */
export type FusedBackwardKernel<Op extends FusedOp, T> = {
  run(
    gradients: Partial<FusedOutputs<Op, T>>,
    inputs: FusedInputs<Op, T>,
    outputs: FusedOutputs<Op, T> & FusedSaved<Op, T>,
    options: FusedOptions<Op>,
  ): Partial<FusedInputs<Op, T>>;
}["run"];

/** Every fused op as a function of its named inputs and options. */
export type Fused<T extends Handle> = { readonly [Op in FusedOp]: FusedKernel<Op, T> };

export type FusedBackward<T extends Handle> = {
  readonly [Op in DifferentiableOp]: FusedBackwardKernel<Op, T>;
};
