import { type Tracked, withGrad } from "@lm/autograd";
import {
  type Backend,
  composed,
  FUSED,
  type FusedOp,
  type Handle,
  type Shape,
  sizeOf,
} from "@lm/backend";
import { reference } from "@lm/backend-reference";
import { afterAll, describe, expect, it } from "vitest";
import { openEngine } from "../src/cpu.ts";

/**
 * Fused kernels and their derivatives, on tensors larger than the blocks they work in, against the composed definitions
 * on the float64 reference. (The conformance suite has all the cases, but small.)
 */
const engines = await Promise.all([
  openEngine({ threads: 1, build: "strict" }),
  openEngine({ threads: 2, build: "relaxed" }),
]);
afterAll(() => {
  for (const engine of engines) engine.close();
});

interface Case {
  readonly name: string;
  readonly op: FusedOp;
  readonly options: object;
  readonly shapes: Readonly<Record<string, Shape>>;
  /** Inputs that are indices: below this number, and not differentiated. */
  readonly indices?: { readonly name: string; readonly below: number };
}

const recurrent = (gates: number, batch: number, steps: number, size: number) => ({
  x: [batch, steps, gates * size],
  hidden: [batch, size],
  weight: [gates * size, size],
  bias: [gates * size],
});

const cases: readonly Case[] = [
  {
    name: "attention over several blocks of queries",
    op: "attention",
    options: { heads: 3, causal: true },
    shapes: { query: [2, 61, 39], key: [2, 61, 39], value: [2, 61, 39] },
  },
  {
    name: "attention to earlier keys",
    op: "attention",
    options: { heads: 2, causal: true },
    shapes: { query: [1, 30, 16], key: [1, 75, 16], value: [1, 75, 16] },
  },
  {
    name: "attention of two queries to many keys",
    op: "attention",
    options: { heads: 2, causal: true },
    shapes: { query: [3, 2, 18], key: [3, 50, 18], value: [3, 50, 18] },
  },
  {
    name: "attention both ways, with wide heads",
    op: "attention",
    options: { heads: 1, causal: false },
    shapes: { query: [1, 27, 70], key: [1, 33, 70], value: [1, 33, 70] },
  },
  {
    name: "an RNN of many rows and units",
    op: "rnnSequence",
    options: { reverse: false },
    shapes: recurrent(1, 15, 6, 29),
  },
  {
    name: "an LSTM of many rows and units",
    op: "lstmSequence",
    options: { reverse: true },
    shapes: { ...recurrent(4, 15, 5, 29), cell: [15, 29] },
  },
  {
    name: "a GRU of many rows and units",
    op: "gruSequence",
    options: { reverse: false, resetAfter: true },
    shapes: recurrent(3, 15, 5, 29),
  },
  {
    name: "a GRU that resets before the product",
    op: "gruSequence",
    options: { reverse: true, resetAfter: false },
    shapes: recurrent(3, 15, 5, 29),
  },
  {
    name: "layer normalisation of many rows",
    op: "layerNorm",
    options: { epsilon: 1e-5 },
    shapes: { x: [600, 37], gain: [37], bias: [37] },
  },
  {
    name: "RMS normalisation of many rows",
    op: "rmsNorm",
    options: { epsilon: 1e-5 },
    shapes: { x: [600, 37], gain: [37] },
  },
  {
    name: "cross-entropy over many classes",
    op: "crossEntropy",
    options: {},
    shapes: { logits: [20, 2100], targets: [20] },
    indices: { name: "targets", below: 2100 },
  },
  { name: "softmax of long rows", op: "softmax", options: {}, shapes: { x: [20, 2100] } },
  { name: "log-softmax of long rows", op: "logSoftmax", options: {}, shapes: { x: [20, 2100] } },
];

/** The same pseudo-random numbers for an input every time, exact in float32. */
function valuesOf(shape: Shape, seed: number, below?: number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const x = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
    const uniform = x - Math.floor(x);
    // Half as large as one might take them: recurrences with larger weights amplify rounding errors.
    return below === undefined ? uniform - 0.5 : Math.floor(uniform * below);
  });
}

type Outputs = Readonly<Record<string, ArrayLike<number>>>;

/** All outputs, and the gradients of all inputs for a fixed weighting of the outputs. */
async function compute<T extends Handle>(b: Backend<T>, test: Case): Promise<Outputs> {
  const grad = withGrad(b);
  const names = Object.keys(test.shapes);
  const inputs = names.map((name, i) => {
    const isIndex = name === test.indices?.name;
    const values = valuesOf(test.shapes[name]!, i, isIndex ? test.indices!.below : undefined);
    const handle = b.fromArray(values, test.shapes[name]!);
    return isIndex ? grad.lift(handle) : grad.parameter(handle);
  });
  type Run = (inputs: object, options: object) => Record<string, Tracked<T>>;
  const ops = { ...composed(grad), ...grad.fused } as unknown as Record<FusedOp, Run>;
  const outputs = ops[test.op](
    Object.fromEntries(names.map((name, i) => [name, inputs[i]!])),
    test.options,
  );
  const outputNames: readonly string[] = FUSED[test.op].outputs;
  const kept = outputNames.map((name) => outputs[name]!);
  const loss = kept
    .map((output, i) => {
      const size = sizeOf(output.shape);
      const weights = grad.fromArray(valuesOf(output.shape, 50 + i), output.shape);
      const weighted = grad.binary("multiply", output, weights);
      return grad.reduce("sum", grad.reshape(weighted, [size]), 0);
    })
    .reduce((x, y) => grad.binary("add", x, y));
  const gradients = grad.gradients(loss, inputs);
  const read: Record<string, ArrayLike<number>> = {};
  for (const [i, output] of kept.entries()) read[`output ${i}`] = await grad.read(output);
  for (const [i, name] of names.entries())
    if (name !== test.indices?.name) read[`gradient of ${name}`] = await b.read(gradients[i]!);
  return read;
}

describe.each(cases)("$name", (test) => {
  it("agrees with its definition in float64, and so do its gradients", async () => {
    const expected = await compute(reference(), test);
    for (const engine of engines) {
      const got = await compute(engine, test);
      for (const [name, values] of Object.entries(expected)) {
        // Relative to the largest element: sums of hundreds of terms may cancel to almost nothing.
        const scale = Math.max(...Array.from(values, Math.abs));
        const error = Math.max(...Array.from(values, (x, i) => Math.abs(x - got[name]![i]!)));
        expect(error / scale, `${engine.build}: ${name}`).toBeLessThan(3e-6);
      }
    }
  });
});
