import {
  type Backend,
  composed,
  FUSED,
  type Fused,
  type FusedInputs,
  type FusedOp,
  type FusedOptions,
  type FusedOutputs,
  type Handle,
  isDecorator,
} from "@lm/backend";
import { ScopedBackend } from "./scoped-backend.ts";

const definitions = new WeakMap<Backend, Fused<Handle>>();

function definitionsOn(backend: Backend): Fused<Handle> {
  const known = definitions.get(backend);
  if (known) return known;
  const made = composed(backend);
  definitions.set(backend, made);
  return made;
}

/** Runs a fused op by the backend's kernel where it has one, by its composed definition where it has not. */
export function runFused<Op extends FusedOp>(
  backend: Backend,
  op: Op,
  inputs: FusedInputs<Op, Handle>,
  options: FusedOptions<Op>,
): FusedOutputs<Op, Handle> {
  const kernel = backend.fused?.[op];
  if (kernel) {
    const outputs = kernel(inputs, options);
    // Without a gradient to come, nobody needs what the kernel saved for it.
    for (const name of FUSED[op].saved) {
      const saved = (outputs as Record<string, Handle | undefined>)[name];
      if (saved) backend.dispose(saved);
    }
    return outputs;
  }
  if (isDecorator(backend)) return definitionsOn(backend)[op](inputs, options);
  // A plain engine frees nothing by itself: the steps in between die with a scope of their own.
  const steps = new ScopedBackend(backend, op);
  const outputs = composed(steps)[op](inputs, options) as Record<string, Handle>;
  const kept = steps.close(Object.values(outputs));
  return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, kept[i]])) as FusedOutputs<
    Op,
    Handle
  >;
}
