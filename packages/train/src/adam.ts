import { fused } from "@lm/tensor";
import { type CommonOptions, type Optimizer, perParameter } from "./optimizer.ts";

export interface AdamOptions extends CommonOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Adam (Kingma & Ba 2015). Weight decay is added to the gradient. */
export function adam(options: AdamOptions): Optimizer {
  return adamWith("adam", options, false);
}

/** Adam with weight decay taken off the parameters themselves (Loshchilov & Hutter 2019). */
export function adamW({ weightDecay = 0.01, ...options }: AdamOptions): Optimizer {
  return adamWith("adamw", { ...options, weightDecay }, true);
}

function adamWith(
  name: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, ...options }: AdamOptions,
  decoupled: boolean,
): Optimizer {
  return perParameter(name, ["mean", "variance"], options, (one) => {
    const { parameter, gradient, scale, slots, learningRate, weightDecay, step } = one;
    const next = fused(
      "adam",
      { parameter, gradient, scale, mean: slots.mean!, variance: slots.variance! },
      { learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step },
    );
    return { parameter: next.parameter, slots: { mean: next.mean, variance: next.variance } };
  });
}
