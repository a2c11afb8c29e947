import { kernel, type Parameters, X, Y } from "../kernel.ts";
import { rowReduction } from "./reduction.ts";

/** What a softmax needs of its rows: the numbers, the largest of each row, and its Σ e^(x − max). */
export const ofRows = {
  x: "tensor",
  max: "tensor",
  sum: "tensor",
  nan: "float",
  infinity: "float",
} as const satisfies Parameters;

/** `statements` where the largest of row `row` is finite; NaN elsewhere, as ∞ − ∞ is. */
export const whereFinite = (row: string, statements: string) => `
  const m = max[0][0][${row}];
  if (m < infinity) { if (m > -infinity) { ${statements} } }
  return nan;`;

/** Σ e^(x − max) of each row. */
export const sumOfExp = rowReduction(
  "sum",
  "softmax.sum",
  { x: "tensor", max: "tensor" },
  (row, place) => `Math.exp(x[0][${row}][${place}] - max[0][0][${row}])`,
);

export const softmaxRows = kernel(
  "softmax",
  ofRows,
  whereFinite(Y, `return Math.exp(x[0][${Y}][${X}] - m) / sum[0][0][${Y}];`),
);

export const logSoftmaxRows = kernel(
  "logSoftmax",
  ofRows,
  whereFinite(Y, `return x[0][${Y}][${X}] - m - Math.log(sum[0][0][${Y}]);`),
);

/** Σ a · b of each row. */
export const dotOfRows = rowReduction(
  "sum",
  "dot",
  { a: "tensor", b: "tensor" },
  (row, place) => `a[0][${row}][${place}] * b[0][${row}][${place}]`,
);

/** y · (g − Σ g · y) */
export const softmaxGradient = kernel(
  "softmax.backward",
  { gradient: "tensor", y: "tensor", dot: "tensor" },
  `return y[0][${Y}][${X}] * (gradient[0][${Y}][${X}] - dot[0][0][${Y}]);`,
);

/** g − e^y · Σ g */
export const logSoftmaxGradient = kernel(
  "logSoftmax.backward",
  { gradient: "tensor", y: "tensor", total: "tensor" },
  `return gradient[0][${Y}][${X}] - Math.exp(y[0][${Y}][${X}]) * total[0][0][${Y}];`,
);
