import { fused } from "@lm/tensor";
import { type CommonOptions, type Optimizer, perParameter } from "./optimizer.ts";

export interface SgdOptions extends CommonOptions {
  /** Heavy-ball momentum (Polyak 1964), as PyTorch scales it: v ← momentum · v + g. */
  readonly momentum?: number;
  /** Look ahead along the velocity (Nesterov 1983; Sutskever et al. 2013). */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent; with batches of the whole data set it is gradient descent.
 * @throws RangeError for Nesterov's momentum without momentum.
 */
export function sgd({ momentum = 0, nesterov = false, ...options }: SgdOptions): Optimizer {
  if (nesterov && momentum === 0)
    throw new RangeError(
      "sgd: nesterov looks ahead along the momentum, which is 0; give momentum too",
    );
  if (momentum === 0)
    return perParameter(
      "sgd",
      [],
      options,
      ({ parameter, gradient, scale, learningRate, weightDecay }) => {
        const inputs = { parameter, gradient, scale };
        const next = fused("sgd", inputs, { learningRate, weightDecay });
        return { parameter: next.parameter, slots: {} };
      },
    );
  return perParameter("sgd", ["velocity"], options, (one) => {
    const { parameter, gradient, scale, slots, learningRate, weightDecay } = one;
    const { parameter: next, velocity } = fused(
      "sgdMomentum",
      { parameter, gradient, scale, velocity: slots.velocity! },
      { learningRate, momentum, nesterov, weightDecay },
    );
    return { parameter: next, slots: { velocity } };
  });
}
