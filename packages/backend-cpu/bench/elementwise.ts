import { UNARY } from "@lm/backend";
import { type CpuBackend, openEngine } from "../src/cpu.ts";
import type { CpuTensor } from "../src/cpu-tensor.ts";
import { measure, printTable } from "./measure.ts";

/**
 * Nanoseconds for each element of elementwise and fused ops, fastest of many runs, in the second cache and beyond it:
 * `node --conditions=@lm/source bench/elementwise.ts [threads] [relaxed|strict]`
 */
const threads = Number(process.argv[2] ?? 1);
const build = process.argv[3] === "strict" ? "strict" : "relaxed";
const b = await openEngine({ threads, build });

type Run = (b: CpuBackend, x: CpuTensor, y: CpuTensor, row: CpuTensor) => CpuTensor[];

const width = 128;
const ops: Record<string, Run> = {
  ...Object.fromEntries(UNARY.map((op): [string, Run] => [op, (b, x) => [b.unary(op, x)]])),
  add: (b, x, y) => [b.binary("add", x, y)],
  "add a row": (b, x, _, row) => [b.binary("add", x, row)],
  "add a number": (b, x) => [b.binary("add", x, 1)],
  less: (b, x, y) => [b.compare("less", x, y)],
  where: (b, x, y) => [b.where(x, y, 0)],
  "sum of rows": (b, x) => [b.reduce("sum", x, 1)],
  "sum of columns": (b, x) => [b.reduce("sum", x, 0)],
  "max of rows": (b, x) => [b.reduce("max", x, 1)],
  "transposed copy": (b, x) => {
    const view = b.permute(x, [1, 0]);
    return [view, b.reshape(view, [x.size])];
  },
  gelu: (b, x) => [b.fused!.gelu!({ x }, {}).y],
  "gelu backward": (b, x, y) => [b.fusedBackward!.gelu!({ y }, { x }, { y: x }, {}).x!],
  silu: (b, x) => [b.fused!.silu!({ x }, {}).y],
  dropout: (b, x) => [b.fused!.dropout!({ x }, { rate: 0.1, seed: 1, stream: 2 }).y],
  softmax: (b, x) => [b.fused!.softmax!({ x }, {}).y],
  logSoftmax: (b, x) => [b.fused!.logSoftmax!({ x }, {}).y],
  layerNorm: (b, x, _, row) => [
    b.fused!.layerNorm!({ x, gain: row, bias: row }, { epsilon: 1e-5 }).y,
  ],
  "layerNorm backward": (b, x, y, row) =>
    Object.values(
      b.fusedBackward!.layerNorm!({ y }, { x, gain: row, bias: row }, { y: x }, { epsilon: 1e-5 }),
    ),
  crossEntropy: (b, x) => {
    const targets = b.reduce("max", x, 1);
    const flat = b.reshape(targets, [x.shape[0]!]);
    return [targets, flat, b.fused!.crossEntropy!({ logits: x, targets: flat }, {}).loss];
  },
  sgd: (b, x, y) =>
    Object.values(
      b.fused!.sgd!({ parameter: x, gradient: y, scale: y }, { learningRate: 0.1, weightDecay: 0 }),
    ),
  adam: (b, x, y) =>
    Object.values(
      b.fused!.adam!(
        { parameter: x, gradient: y, scale: y, mean: y, variance: x },
        {
          learningRate: 0.1,
          beta1: 0.9,
          beta2: 0.99,
          epsilon: 1e-8,
          weightDecay: 0.1,
          decoupled: true,
          step: 3,
        },
      ),
    ),
};

const sizes = [256 * width, 8192 * width];
const values = (size: number) => Float32Array.from({ length: size }, (_, i) => 1 + Math.sin(i));
const inputs = sizes.map((size) => ({
  x: b.fromArray(values(size), [size / width, width]),
  y: b.fromArray(values(size), [size / width, width]),
}));
const row = b.fromArray(values(width), [width]);
const rows = Object.entries(ops).map(([name, run]) => [
  name,
  ...inputs.map(({ x, y }) => {
    const { fastest } = measure(() => {
      for (const made of run(b, x, y, row)) b.dispose(made);
    }, 0.2);
    return ((fastest * 1e9) / x.size).toFixed(3);
  }),
]);
console.log(`${build}, ${threads} threads, ns an element`);
printTable([["op", ...sizes.map((size) => `${size / width} × ${width}`)], ...rows]);
b.close();
