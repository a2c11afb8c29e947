import { withGrad } from "@lm/autograd";
import type { Backend } from "@lm/backend";
import { ScopedBackend, Tensor, tensor } from "@lm/tensor";
import { openEngine } from "../src/cpu.ts";
import { measure, printTable } from "./measure.ts";

/**
 * What an op costs that has next to nothing to compute, and a round of the thread pool:
 * `node --conditions=@lm/source bench/dispatch.ts`
 */
const b = await openEngine({ threads: 1 });
const x = b.fromArray(new Float32Array(16), [4, 4]);
const row = b.fromArray(new Float32Array(4), [4]);
const left = new Tensor(b, x);
const steps = 1000;

/** Nanoseconds for one op; `run` does `steps` of them. */
const cost = (run: () => void) => ((measure(run).median * 1e9) / steps).toFixed(0);

const repeat = (run: () => void) => () => {
  for (let i = 0; i < steps; i++) run();
};

/** In a scope that is closed after `steps` ops, as a training step does. */
const inScope = (run: (scope: ScopedBackend) => () => void) => () => {
  const scope = new ScopedBackend(b as Backend, "bench");
  const op = run(scope);
  for (let i = 0; i < steps; i++) op();
  scope.close();
};

printTable([
  ["[4, 4] + [4, 4]", "ns"],
  ["engine, with dispose", cost(repeat(() => b.dispose(b.binary("add", x, x))))],
  ["engine, a row", cost(repeat(() => b.dispose(b.binary("add", x, row))))],
  ["engine, a number", cost(repeat(() => b.dispose(b.binary("add", x, 1))))],
  ["engine, matmul", cost(repeat(() => b.dispose(b.matmul(x, x))))],
  ["engine, softmax", cost(repeat(() => b.dispose(b.fused!.softmax!({ x }, {}).y)))],
  ["engine, reshape", cost(repeat(() => b.dispose(b.reshape(x, [16]))))],
  ["Tensor, with dispose", cost(repeat(() => left.add(left).dispose()))],
  [
    "Tensor in a scope",
    cost(
      inScope((scope) => {
        const scoped = left.on(scope);
        return () => scoped.add(scoped);
      }),
    ),
  ],
  [
    "Tensor under withGrad",
    cost(
      inScope((scope) => {
        const grad = withGrad(scope);
        const tracked = new Tensor(grad, grad.parameter(x));
        return () => tracked.add(tracked);
      }),
    ),
  ],
]);

const pool = await openEngine({ threads: 2 });
const wide = tensor(new Float32Array(70_000), { backend: pool });
const alone = tensor(new Float32Array(70_000), { backend: b });
const negate = (of: Tensor) => (measure(() => of.negate().dispose()).median * 1e6).toFixed(2);
printTable([
  ["negate of 70,000", "µs"],
  ["one thread", negate(alone)],
  ["two threads", negate(wide)],
]);
pool.close();
