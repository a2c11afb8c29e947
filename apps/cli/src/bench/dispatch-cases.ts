import { withGrad } from "@lm/autograd";
import { ScopedBackend, Tensor } from "@lm/tensor";
import type { BenchCase, PreparedCase } from "./bench-case.ts";
import { repeated } from "./bench-case.ts";
import { BenchData } from "./bench-data.ts";

/** What an op costs that has next to nothing to compute: 4 × 4 numbers. */
const dispatch = (name: string, once: (x: Tensor) => PreparedCase["run"]): BenchCase => ({
  group: "dispatch",
  name,
  figures: [{ unit: "µs/op", of: (seconds) => seconds * 1e6 }],
  seconds: 0.3,
  prepare(place) {
    const data = new BenchData(place);
    return { run: once(data.normal(4, 4)), close: data.close };
  },
});

/** As many ops as a step of training may have, between two freeings. */
const OPS_OF_A_STEP = 1000;

export const dispatchCases: readonly BenchCase[] = [
  dispatch("add, freed at once", (x) => repeated(() => x.add(x).dispose())),
  dispatch("matmul, freed at once", (x) => repeated(() => x.matmul(x).dispose())),
  dispatch("add on a tape, freed with its step", (x) => (times) => {
    for (let done = 0; done < times; done += OPS_OF_A_STEP) {
      const scope = new ScopedBackend(x.backend, "bench");
      const grad = withGrad(scope);
      const tracked = new Tensor(grad, grad.parameter(x.on(scope).handle));
      for (let i = done; i < Math.min(times, done + OPS_OF_A_STEP); i++) tracked.add(tracked);
      scope.close();
    }
  }),
];
