/**
 * The numbers by which kernels know the elementwise ops. This file is read by both compilers: AssemblyScript's and
 * TypeScript's.
 */

export const NEGATE = 0;
export const ABS = 1;
export const EXP = 2;
export const LOG = 3;
export const SQRT = 4;
export const RECIPROCAL = 5;
export const TANH = 6;
export const SIGMOID = 7;
export const RELU = 8;
export const ERF = 9;
export const GELU = 10;
export const SILU = 11;

export const ADD = 0;
export const SUBTRACT = 1;
export const MULTIPLY = 2;
export const DIVIDE = 3;
export const MAXIMUM = 4;
export const MINIMUM = 5;
export const EQUAL = 6;
export const LESS = 7;
export const LESS_EQUAL = 8;
/** The gradient `a` of gelu and silu times their derivatives at `b`. */
export const GELU_BACKWARD = 9;
export const SILU_BACKWARD = 10;

export const SUM = 0;
export const MAX = 1;
