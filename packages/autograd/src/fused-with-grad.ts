import {
  composed,
  type DifferentiableOp,
  FUSED,
  type Fused,
  type FusedOp,
  type Handle,
} from "@lm/backend";
import type { GradBackend } from "./grad-backend.ts";
import type { Tracked } from "./tracked.ts";

type Handles<T> = Readonly<Record<string, T>>;
type Kernel<T> = (inputs: Handles<T>, options: object) => Handles<T>;
type BackwardKernel<T> = (
  gradients: Partial<Handles<T>>,
  inputs: Handles<T>,
  outputs: Handles<T>,
  options: object,
) => Partial<Handles<T>>;

/**
 * The inner backend's fused kernels on tracked handles. A kernel runs where nothing it is given is differentiated,
 * or where it has a derivative; otherwise the composed definition runs in its place, so that no gradient is ever lost.
 */
export function fusedWithGrad<T extends Handle>(grad: GradBackend<T>): Partial<Fused<Tracked<T>>> {
  const { inner } = grad;
  const kernels: Partial<Record<FusedOp, Kernel<Tracked<T>>>> = {};
  for (const [op, kernel] of Object.entries(inner.fused ?? {}) as unknown as [
    FusedOp,
    Kernel<T>,
  ][]) {
    const backward = inner.fusedBackward?.[op as DifferentiableOp] as BackwardKernel<T> | undefined;
    kernels[op] = (inputs, options) => {
      const isTracked = Object.values(inputs).some((input) => input.node !== null);
      if (isTracked && !backward)
        return (composed(grad)[op] as unknown as Kernel<Tracked<T>>)(inputs, options);
      const parents = FUSED[op].inputs.map((name) => inputs[name]!);
      const values = mapValues(inputs, (input) => input.value);
      const outputs = kernel(values, options);
      const names = FUSED[op].outputs;
      const tracked = grad.recordAll(
        names.map((name) => outputs[name]!),
        parents,
        (gradients) => {
          const named = Object.fromEntries(names.map((name, i) => [name, gradients[i]]));
          const ofInputs = backward!(named as Partial<Handles<T>>, values, outputs, options);
          return FUSED[op].inputs.map((name) => ofInputs[name]);
        },
      );
      if (!isTracked)
        for (const name of FUSED[op].saved) if (outputs[name]) inner.dispose(outputs[name]);
      return Object.fromEntries(names.map((name, i) => [name, tracked[i]!]));
    };
  }
  return kernels as unknown as Partial<Fused<Tracked<T>>>;
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
