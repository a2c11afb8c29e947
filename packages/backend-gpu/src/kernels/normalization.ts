import { type Kernel, kernel, type Parameters, X, Y } from "../kernel.ts";
import { columnReduction, type Reduction, rowReduction } from "./reduction.ts";

/** The kernels of a normalisation over rows. n is the normal form of x: (x − mean) / √(mean square + ε). */
export interface NormalizationKernels {
  /** Whether the mean is taken off, and a bias added: in layer normalisation, not in RMS normalisation. */
  readonly isCentred: boolean;
  /** Σ (x − mean)² of each row. */
  readonly squares: Reduction;
  readonly apply: Kernel;
  /** Σ g · gain of each row … */
  readonly sumOfGradient: Reduction;
  /** … and Σ g · gain · n. */
  readonly sumOfProduct: Reduction;
  readonly gradient: Kernel;
  /** Σ g · n of each column. */
  readonly gainGradient: Reduction;
}

function normalizationKernels(name: string, isCentred: boolean): NormalizationKernels {
  const rows: Parameters = {
    x: "tensor",
    ...(isCentred && { total: "tensor" }),
    inverse: "float",
  };
  const normal: Parameters = { ...rows, squares: "tensor", epsilon: "float" };
  const centred = (row: string, place: string) =>
    isCentred
      ? `(x[0][${row}][${place}] - total[0][0][${row}] * inverse)`
      : `x[0][${row}][${place}]`;
  const deviation = (row: string) => `Math.sqrt(squares[0][0][${row}] * inverse + epsilon)`;
  const n = (row: string, place: string) => `${centred(row, place)} / ${deviation(row)}`;
  const g = (row: string, place: string) => `gradient[0][${row}][${place}]`;
  const scaled = (row: string, place: string) => `${g(row, place)} * gain[0][0][${place}]`;
  const gradients: Parameters = { gradient: "tensor", gain: "tensor" };
  return {
    isCentred,
    squares: rowReduction(
      "sum",
      `${name}.squares`,
      rows,
      (row, place) => `${centred(row, place)} * ${centred(row, place)}`,
    ),
    apply: kernel(
      name,
      { ...normal, gain: "tensor", ...(isCentred && { bias: "tensor" }) },
      `return ${n(Y, X)} * gain[0][0][${X}]${isCentred ? ` + bias[0][0][${X}]` : ""};`,
    ),
    sumOfGradient: rowReduction("sum", `${name}.sumOfGradient`, gradients, scaled),
    sumOfProduct: rowReduction(
      "sum",
      `${name}.sumOfProduct`,
      { ...normal, ...gradients },
      (row, place) => `${scaled(row, place)} * ${n(row, place)}`,
    ),
    gradient: kernel(
      `${name}.backward`,
      { ...normal, ...gradients, product: "tensor", ...(isCentred && { sum: "tensor" }) },
      `const mean = (${isCentred ? `sum[0][0][${Y}] + ` : ""}${n(Y, X)} * product[0][0][${Y}]) * inverse;
      return (${scaled(Y, X)} - mean) / ${deviation(Y)};`,
    ),
    gainGradient: columnReduction(
      "sum",
      `${name}.gainGradient`,
      { ...normal, gradient: "tensor" },
      (row, column) => `${g(row, column)} * ${n(row, column)}`,
    ),
  };
}

export const LAYER_NORM = normalizationKernels("layerNorm", true);
export const RMS_NORM = normalizationKernels("rmsNorm", false);
