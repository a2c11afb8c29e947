import { type Backend, type Handle, ShapeError } from "@lm/backend";
import { meet, ScopedBackend, Tensor } from "@lm/tensor";
import { GradBackend } from "./grad-backend.ts";
import type { Tracked } from "./tracked.ts";

/** What the derivative of a custom op may use. */
export interface CustomOpContext {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

export interface CustomOpDefinition {
  /** Computes the output. Its own ops are not differentiated; the derivative below stands for all of them. */
  readonly forward: (...inputs: Tensor[]) => Tensor;
  /**
   * Vector–Jacobian product: from the gradient of the output those of the inputs, in order; null for an input that has
   * none. A gradient may have the shape that its input broadcasts to.
   */
  readonly vjp: (gradient: Tensor, context: CustomOpContext) => readonly (Tensor | null)[];
}

/** An op with its own derivative. It is itself differentiable as often as its `vjp` is. */
export function customOp({ forward, vjp }: CustomOpDefinition): (...inputs: Tensor[]) => Tensor {
  const apply = (inputs: readonly Tensor[]): Tensor => {
    const [first, ...others] = inputs;
    if (!first)
      throw new TypeError("customOp: called without a tensor; it needs at least one input");
    const backend = others.reduce(
      (deepest, x) => meet("customOp", deepest, x.backend),
      first.backend,
    );
    if (backend instanceof GradBackend) return onTape(backend, inputs);
    if (backend instanceof ScopedBackend && standsOnTape(backend)) {
      const output = apply(inputs.map((x) => new Tensor(backend.inner, x.on(backend).handle)));
      return output.on(backend);
    }
    return forward(...inputs);
  };

  const onTape = (grad: GradBackend, inputs: readonly Tensor[]): Tensor => {
    const { inner } = grad;
    const parents = inputs.map((x) => x.on(grad).handle as Tracked<Handle>);
    const values = parents.map((parent) => new Tensor(inner, parent.value));
    const output = apply(values).on(inner);
    const tracked = grad.record(output.handle, parents, (gradient) => {
      const gradients = vjp(new Tensor(inner, gradient), { inputs: values, output });
      if (gradients.length !== inputs.length)
        throw new ShapeError(
          "customOp",
          inputs.map((x) => x.shape),
          `vjp gave ${gradients.length} gradients for ${inputs.length} inputs; give null where there is none`,
        );
      return gradients.map((x) => x?.on(inner).handle);
    });
    return new Tensor(grad, tracked);
  };

  return (...inputs) => apply(inputs);
}

function standsOnTape(scope: ScopedBackend): boolean {
  let level: Backend = scope;
  while (level instanceof ScopedBackend) level = level.inner;
  return level instanceof GradBackend;
}
