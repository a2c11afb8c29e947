import { withGrad } from "@lm/autograd";
import { type Backend, composed, type Fused, type Handle, type Shape, sizeOf } from "@lm/backend";
import { reference } from "@lm/backend-reference";
import { Generator } from "@lm/random";
import { scope } from "@lm/tensor";
import { elementwise } from "./cases/elementwise.ts";
import { fused } from "./cases/fused.ts";
import { matmul } from "./cases/matmul.ts";
import { movement } from "./cases/movement.ts";
import { reductions } from "./cases/reductions.ts";
import { tables } from "./cases/tables.ts";
import type { CaseInput, ConformanceCase } from "./conformance-case.ts";
import { contractTests } from "./contract-tests.ts";
import { expectClose } from "./expect-close.ts";
import { LAYOUTS, type Layout, place } from "./layouts.ts";

/** A test without a framework: `run` rejects when the backend fails it. */
export interface ConformanceTest {
  readonly name: string;
  /** Why the backend is excused, where it is. */
  readonly skip?: string;
  run(): Promise<void>;
}

export interface ConformanceOptions {
  readonly backend: Backend;
  /** How far a value may be off, relative to 1 + its size. */
  readonly tolerance: number;
  /** Cases (by name) that the backend cannot pass, with the reason. One that does not exist is an error. */
  readonly skip?: readonly { readonly reason: string; readonly cases: readonly string[] }[];
}

const cases: readonly ConformanceCase[] = [
  ...elementwise,
  ...reductions,
  ...matmul,
  ...tables,
  ...movement,
  ...fused,
];

/** Every test of the suite for one backend. */
export function conformance({
  backend,
  tolerance,
  skip = [],
}: ConformanceOptions): ConformanceTest[] {
  const excuses = new Map(skip.flatMap(({ reason, cases }) => cases.map((name) => [name, reason])));
  const tests = [
    ...cases.flatMap((test) => [
      ...LAYOUTS.map((layout) => valueTest(test, layout, backend, tolerance)),
      ...(test.gradient === false ? [] : [gradientTest(test, backend, tolerance)]),
    ]),
    ...contractTests(backend),
  ].map((test) => {
    const reason = excuses.get(test.name);
    return reason === undefined ? test : { ...test, skip: reason };
  });
  const names = new Set(tests.map(({ name }) => name));
  const unknown = [...excuses.keys()].filter((name) => !names.has(name));
  if (unknown.length > 0)
    throw new Error(`conformance: skip names no case of the suite: ${unknown.join(", ")}`);
  return tests;
}

/** The same numbers for a case every time, exact in float32 so that all engines start from the same ones. */
function valuesOf(test: ConformanceCase): Float64Array[] {
  const generator = new Generator(
    [...test.name].reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) % 1e9, 7),
  );
  return test.inputs.map(({ shape, values, low = -1, high = 1 }: CaseInput) =>
    Float64Array.from(values ?? Array(sizeOf(shape)).fill(undefined), (value?: number) =>
      Math.fround(value ?? low + (high - low) * generator.uniform()),
    ),
  );
}

const everyFused = <T extends Handle>(b: Backend<T>): Fused<T> => ({ ...composed(b), ...b.fused });

function runPlain<T extends Handle>(
  b: Backend<T>,
  test: ConformanceCase,
  values: readonly Float64Array[],
): T {
  const inputs = test.inputs.map(({ shape }, i) => b.fromArray(values[i]!, shape));
  return test.run(b, everyFused(b), inputs);
}

function valueTest(
  test: ConformanceCase,
  layout: Layout,
  backend: Backend,
  tolerance: number,
): ConformanceTest {
  return {
    name: layout === "contiguous" ? test.name : `${test.name} (inputs ${layout})`,
    async run() {
      const values = valuesOf(test);
      const oracle = reference();
      const expected = runPlain(oracle, test, values);
      await scope(backend, async (scoped) => {
        const inputs = test.inputs.map(({ shape }, i) => place(scoped, values[i]!, shape, layout));
        const got = test.run(scoped, everyFused(scoped), inputs);
        expectShape(got.shape, expected.shape);
        expectClose(await scoped.read(got), await oracle.read(expected), tolerance);
      });
    },
  };
}

/** Gradients by the tape over `backend`, against central differences of the float64 reference. */
function gradientTest(test: ConformanceCase, backend: Backend, tolerance: number): ConformanceTest {
  return {
    name: `${test.name}: gradient`,
    run: () =>
      scope(backend, async (scoped) => {
        const values = valuesOf(test);
        const grad = withGrad(scoped);
        const inputs = test.inputs.map(({ shape, values: fixed }, i) => {
          const handle = scoped.fromArray(values[i]!, shape);
          return fixed ? grad.lift(handle) : grad.parameter(handle);
        });
        const out = test.run(grad, everyFused(grad), inputs);
        const size = sizeOf(out.shape);
        const weights = Float64Array.from({ length: size }, (_, i) => Math.fround(Math.cos(i + 1)));
        const weighted = grad.binary("multiply", out, grad.fromArray(weights, out.shape));
        const loss = grad.reduce("sum", grad.reshape(weighted, [size]), 0);
        const gradients = grad.gradients(loss, inputs);

        const lossAt = async (at: readonly Float64Array[]) => {
          const oracle = reference();
          const output = await oracle.read(runPlain(oracle, test, at));
          return weights.reduce((sum, weight, i) => sum + weight * output[i]!, 0);
        };
        const step = 1e-5;
        for (const [which, { shape, values: fixed }] of test.inputs.entries()) {
          if (fixed) continue;
          expectShape(gradients[which]!.shape, shape);
          const expected = new Float64Array(sizeOf(shape));
          for (let i = 0; i < expected.length; i++) {
            const shifted = async (by: number) => {
              const moved = values.with(which, values[which]!.slice());
              moved[which]![i]! += by;
              return lossAt(moved);
            };
            expected[i] = ((await shifted(step)) - (await shifted(-step))) / (2 * step);
          }
          // Central differences in float64 are good to about 1e-8 here; 1e-7 leaves the engine its own tolerance.
          expectClose(await scoped.read(gradients[which]!), expected, Math.max(tolerance, 1e-7));
        }
      }),
  };
}

function expectShape(got: Shape, expected: Shape): void {
  if (`${got}` !== `${expected}`) throw new Error(`shape [${got}], expected [${expected}]`);
}
