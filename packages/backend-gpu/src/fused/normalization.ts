import type { Fused, FusedBackward } from "@lm/backend";
import type { Arguments, Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { LAYER_NORM, type NormalizationKernels, RMS_NORM } from "../kernels/normalization.ts";
import { COLUMNS, ROWS } from "../kernels/reduction.ts";
import { fill } from "../ops/movement.ts";
import { reduceColumns, reduceRows } from "../ops/reduction.ts";
import { Rows } from "./rows.ts";

type Normalization = "layerNorm" | "rmsNorm";

export const normalization = (engine: Engine): Pick<Fused<GpuTensor>, Normalization> => {
  const normalize = (
    kernels: NormalizationKernels,
    { x, ...weights }: { readonly x: GpuTensor; readonly [weight: string]: GpuTensor },
    epsilon: number,
  ) => {
    if (x.size === 0) return { y: fill(engine, x.shape, 0) };
    const rows = new Rows(engine, x);
    const read = Object.entries(weights).map(([name, w]) => [name, rows.readPerColumn(w)]);
    const args = { ...normalTerms(engine, kernels, rows, x, epsilon), ...Object.fromEntries(read) };
    return { y: engine.launch(kernels.apply, x.shape, rows.threads, args) };
  };
  return {
    layerNorm: (inputs, { epsilon }) => normalize(LAYER_NORM, { ...inputs }, epsilon),
    rmsNorm: (inputs, { epsilon }) => normalize(RMS_NORM, { ...inputs }, epsilon),
  };
};

export const normalizationBackward = (
  engine: Engine,
): Pick<FusedBackward<GpuTensor>, Normalization> => {
  const backward = (
    kernels: NormalizationKernels,
    gradient: GpuTensor,
    { x, gain }: { readonly x: GpuTensor; readonly gain: GpuTensor },
    epsilon: number,
  ) => {
    if (x.size === 0) {
      const zeros = () => fill(engine, gain.shape, 0);
      return {
        x: fill(engine, x.shape, 0),
        gain: zeros(),
        ...(kernels.isCentred && { bias: zeros() }),
      };
    }
    const rows = new Rows(engine, x);
    const terms = normalTerms(engine, kernels, rows, x, epsilon);
    const g = rows.read(gradient);
    const args = { ...terms, gradient: g, gain: rows.readPerColumn(gain) };
    const product = rows.readPerRow(reduceRows(engine, kernels.sumOfProduct, rows, args));
    const sum =
      kernels.isCentred && rows.readPerRow(reduceRows(engine, kernels.sumOfGradient, rows, args));
    const columns = { outer: 1, count: rows.rows, inner: rows.count };
    const perColumn = (reduced: GpuTensor) => engine.view(reduced, gain.shape);
    return {
      x: engine.launch(kernels.gradient, x.shape, rows.threads, {
        ...args,
        product,
        ...(sum && { sum }),
      }),
      gain: perColumn(reduceColumns(engine, kernels.gainGradient, columns, args)),
      ...(kernels.isCentred && {
        bias: perColumn(reduceColumns(engine, COLUMNS.sum, columns, { x: g })),
      }),
    };
  };
  return {
    layerNorm: ({ y }, inputs, _, { epsilon }) =>
      y ? backward(LAYER_NORM, y, inputs, epsilon) : {},
    rmsNorm: ({ y }, inputs, _, { epsilon }) => (y ? backward(RMS_NORM, y, inputs, epsilon) : {}),
  };
};

/** What the normal form of the rows is made of. */
function normalTerms(
  engine: Engine,
  { squares, isCentred }: NormalizationKernels,
  rows: Rows,
  x: GpuTensor,
  epsilon: number,
): Arguments {
  const read = rows.read(x);
  const args = {
    x: read,
    ...(isCentred && { total: rows.readPerRow(reduceRows(engine, ROWS.sum, rows, { x: read })) }),
    inverse: 1 / rows.count,
  };
  return { ...args, squares: rows.readPerRow(reduceRows(engine, squares, rows, args)), epsilon };
}
