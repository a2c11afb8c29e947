import type { BinaryOp, CompareOp, ReduceOp, UnaryOp } from "@lm/backend";
import { erf } from "./erf.ts";

export const unaryTable: Record<UnaryOp, (x: number) => number> = {
  negate: (x) => -x,
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(x, 0),
  erf,
};

export const binaryTable: Record<BinaryOp, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
};

export const compareTable: Record<CompareOp, (a: number, b: number) => number> = {
  equal: (a, b) => Number(a === b),
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
};

export const reduceTable: Record<
  ReduceOp,
  { readonly start: number; readonly combine: (accumulated: number, x: number) => number }
> = {
  sum: { start: 0, combine: (sum, x) => sum + x },
  max: { start: Number.NEGATIVE_INFINITY, combine: Math.max },
};
