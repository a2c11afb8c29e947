import type { Fused, FusedBackward } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { ROWS } from "../kernels/reduction.ts";
import {
  dotOfRows,
  logSoftmaxGradient,
  logSoftmaxRows,
  softmaxGradient,
  softmaxRows,
} from "../kernels/softmax.ts";
import { fill } from "../ops/movement.ts";
import { reduceRows } from "../ops/reduction.ts";
import { Rows } from "./rows.ts";

type Softmax = "softmax" | "logSoftmax";

export const softmax = (engine: Engine): Pick<Fused<GpuTensor>, Softmax> => {
  const by =
    (kernel: typeof softmaxRows) =>
    ({ x }: { readonly x: GpuTensor }) => {
      if (x.size === 0) return { y: fill(engine, x.shape, 0) };
      const rows = new Rows(engine, x);
      return { y: engine.launch(kernel, x.shape, rows.threads, rows.softmaxTerms(x)) };
    };
  return { softmax: by(softmaxRows), logSoftmax: by(logSoftmaxRows) };
};

export const softmaxBackward = (engine: Engine): Pick<FusedBackward<GpuTensor>, Softmax> => ({
  softmax: ({ y: gradient }, _, { y }) =>
    gradient ? { x: gradientOfSoftmax(engine, gradient, y) } : {},

  logSoftmax({ y: gradient }, _, { y }) {
    if (!gradient) return {};
    if (y.size === 0) return { x: fill(engine, y.shape, 0) };
    const rows = new Rows(engine, y);
    const g = rows.read(gradient);
    const total = rows.readPerRow(reduceRows(engine, ROWS.sum, rows, { x: g }));
    const args = { gradient: g, y: rows.read(y), total };
    return { x: engine.launch(logSoftmaxGradient, y.shape, rows.threads, args) };
  },
});

/** y · (g − Σ g · y), for rows y of a softmax. */
export function gradientOfSoftmax(engine: Engine, gradient: GpuTensor, y: GpuTensor): GpuTensor {
  if (y.size === 0) return fill(engine, y.shape, 0);
  const rows = new Rows(engine, y);
  const [g, weights] = [rows.read(gradient), rows.read(y)];
  const dot = rows.readPerRow(reduceRows(engine, dotOfRows, rows, { a: g, b: weights }));
  return engine.launch(softmaxGradient, y.shape, rows.threads, { gradient: g, y: weights, dot });
}
