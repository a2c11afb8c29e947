import {
  type Backend,
  FUSED,
  type FusedInputs,
  type FusedOp,
  type FusedOptions,
  type FusedOutputs,
  type Handle,
  type Shape,
} from "@lm/backend";
import { fusedShapes } from "./fused-shapes.ts";
import { lift, meet } from "./meet.ts";
import { runFused } from "./run-fused.ts";
import { Tensor } from "./tensor.ts";

/**
 * Runs a fused op (see `FUSED` of `@lm/backend` for each) on tensors: by the engine's kernel, or composed of
 * primitives where it has none.
 * @throws ShapeError when the inputs do not fit together.
 */
export function fused<Op extends FusedOp>(
  op: Op,
  inputs: FusedInputs<Op, Tensor>,
  options: FusedOptions<Op>,
): FusedOutputs<Op, Tensor> {
  const tensors = Object.entries(inputs) as [string, Tensor][];
  const shapes = Object.fromEntries(tensors.map(([name, x]) => [name, x.shape]));
  fusedShapes[op](shapes as FusedInputs<Op, Shape>, options);
  const backend = tensors
    .map(([, x]) => x.backend)
    .reduce((deepest: Backend, other) => meet(op, deepest, other));
  const handles = Object.fromEntries(
    tensors.map(([name, x]) => [name, lift(x.handle, x.backend, backend)]),
  );
  const outputs = runFused(backend, op, handles as FusedInputs<Op, Handle>, options) as Record<
    string,
    Handle
  >;
  return Object.fromEntries(
    FUSED[op].outputs.map((name) => [name, new Tensor(backend, outputs[name]!)]),
  ) as FusedOutputs<Op, Tensor>;
}
