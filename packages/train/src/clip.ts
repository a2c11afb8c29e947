import { flattenTensors, mapTensors, type Tensor } from "@lm/tensor";

/** The Euclidean norm of a whole tree of gradients, one element. */
export function globalNorm(gradients: unknown): Tensor {
  const [first, ...others] = Object.values(flattenTensors(gradients));
  if (!first) throw new TypeError("globalNorm: the gradients hold no tensor");
  return others.reduce((total, g) => total.add(g.square().sum()), first.square().sum()).sqrt();
}

/**
 * Scales a tree of gradients down so that its norm is at most `maximum` (Pascanu et al. 2013). As in PyTorch, 1e-6 is
 * added to the norm before dividing.
 */
export function clipByNorm<Gradients>(
  gradients: Gradients,
  norm: Tensor,
  maximum: number,
): Gradients {
  const scale = norm.add(1e-6).reciprocal().multiply(maximum).minimum(1);
  return mapTensors(gradients, (g) => g.multiply(scale));
}
