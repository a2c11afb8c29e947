/**
 * The primitive ops, in families. Engines and derivatives are tables over these names
 * (`Record<UnaryOp, …>`), so a new op stops the compiler at every place that has to learn it. Together they are
 * closed under differentiation: the derivative of an op is made of these ops again.
 */

/** Element by element. `sigmoid(x)` = 1 / (1 + e⁻ˣ), `relu(x)` = max(x, 0), `erf` the error function. */
export const UNARY = [
  "negate",
  "abs",
  "exp",
  "log",
  "sqrt",
  "reciprocal",
  "tanh",
  "sigmoid",
  "relu",
  "erf",
] as const;
export type UnaryOp = (typeof UNARY)[number];

/** Element by element of two tensors that broadcast. `maximum` and `minimum` of anything and NaN are NaN. */
export const BINARY = ["add", "subtract", "multiply", "divide", "maximum", "minimum"] as const;
export type BinaryOp = (typeof BINARY)[number];

/** Comparisons: 1 where true, 0 where false (NaN compares false), no gradient. They broadcast. */
export const COMPARE = ["equal", "less", "lessEqual"] as const;
export type CompareOp = (typeof COMPARE)[number];

/** Along one axis, which stays with size 1. Over an axis of size 0, `sum` is 0 and `max` −Infinity. NaN wins. */
export const REDUCE = ["sum", "max"] as const;
export type ReduceOp = (typeof REDUCE)[number];
