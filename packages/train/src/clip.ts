import { fused, type Tensor, tensorsOf } from "@lm/tensor";

/** The Euclidean norm of a whole tree of gradients, one element. */
export function globalNorm(gradients: unknown): Tensor {
  const squares = tensorsOf(gradients).map((x) => fused("squaredNorm", { x }, {}).y.reshape([1]));
  const [first, ...others] = squares;
  if (!first) throw new TypeError("globalNorm: the gradients hold no tensor");
  return first.concat(others, 0).sum().sqrt();
}

/**
 * The factor that brings gradients of this norm down to `maximum`, or 1 (Pascanu et al. 2013), as an optimizer takes it. As in
 * PyTorch, 1e-6 is added to the norm before dividing.
 */
export function clipScale(norm: Tensor, maximum: number): Tensor {
  return norm.add(1e-6).reciprocal().multiply(maximum).minimum(1);
}
