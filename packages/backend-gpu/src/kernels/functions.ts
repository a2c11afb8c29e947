import type { BinaryOp, CompareOp, UnaryOp } from "@lm/backend";

/** A function of one to three numbers, u, v and w: statements that return its value. */
export interface PointFunction {
  readonly name: string;
  readonly body: string;
}

/**
 * An elementary function that the shading languages leave undefined, or get wrong, at infinity or NaN: `y` is computed
 * where `u` is a number, infinities included, and is NaN where it is not.
 */
const guarded = (statements: string) =>
  `let y = nan; if (u <= infinity) { ${statements} } return y;`;

const truth = (condition: string) => `if (${condition}) { return 1.0; } return 0.0;`;

/** Neither branch is taken where one of the two is NaN. */
const choice = (first: string, second: string) =>
  `let y = nan; if (u > v) { y = ${first}; } if (u <= v) { y = ${second}; } return y;`;

/** Beyond 9, tanh is 1 in float32; some drivers' own overflows there. */
export const tanhOf = (x: string, y: string) =>
  `${y} = 1.0; if (${x} < 0.0) { ${y} = -1.0; } if (Math.abs(${x}) < 9.0) { ${y} = Math.tanh(${x}); }`;

/**
 * The error function: up to 2 by e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms have one sign (Abramowitz & Stegun
 * 7.1.6); above, where it is nearly 1, by their approximation 7.1.26, whose error is below 1.5e-7.
 */
const erf = `
  const x = Math.min(Math.abs(u), 6.0);
  let e = 1.0;
  if (x < 2.0) {
    let term = x;
    e = x;
    for (let n = 1; n < 22; n++) {
      term = term * 2.0 * x * x / (2.0 * n + 1.0);
      e = e + term;
    }
    e = e * 1.1283791670955126 * Math.exp(-x * x);
  } else {
    const t = 1.0 / (1.0 + 0.3275911 * x);
    const p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    e = 1.0 - p * Math.exp(-x * x);
  }
  y = e;
  if (u < 0.0) { y = -e; }`;

const unary: Record<UnaryOp, string> = {
  negate: "return -u;",
  abs: "return Math.abs(u);",
  exp: guarded("y = Math.exp(u);"),
  // Some drivers give a finite logarithm of 0.
  log: `
    if (u > 0.0) { if (u < infinity) { return Math.log(u); } return infinity; }
    if (u == 0.0) { return -infinity; }
    return nan;`,
  sqrt: "return Math.sqrt(u);",
  reciprocal: "return 1.0 / u;",
  tanh: guarded(tanhOf("u", "y")),
  sigmoid: guarded("y = 1.0 / (1.0 + Math.exp(-u));"),
  relu: "if (u <= 0.0) { return 0.0; } return u;",
  erf: guarded(erf),
};

const binary: Record<BinaryOp, string> = {
  add: "return u + v;",
  subtract: "return u - v;",
  multiply: "return u * v;",
  divide: "return u / v;",
  maximum: choice("u", "v"),
  minimum: choice("v", "u"),
};

const compare: Record<CompareOp, string> = {
  equal: truth("u == v"),
  less: truth("u < v"),
  lessEqual: truth("u <= v"),
};

const named = <Op extends string>(bodies: Record<Op, string>): Record<Op, PointFunction> =>
  Object.fromEntries(
    Object.entries<string>(bodies).map(([name, body]) => [name, { name, body }]),
  ) as Record<Op, PointFunction>;

export const UNARY_FUNCTIONS = named(unary);
export const BINARY_FUNCTIONS = named(binary);
export const COMPARE_FUNCTIONS = named(compare);
export const WHERE = { name: "where", body: "if (u == 0.0) { return w; } return v;" };
export const COPY = { name: "copy", body: "return u;" };

const LINEAR = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;
/** t = tanh(√(2/π) · (x + 0.044715 x³)) */
const geluTanh = (x: string) =>
  `const inner = ${LINEAR} * (${x} + ${CUBIC} * ${x} * ${x} * ${x}); let t = nan; if (inner <= infinity) { ${tanhOf("inner", "t")} }`;

export const GELU = { name: "gelu", body: `${geluTanh("u")} return 0.5 * u * (1.0 + t);` };
export const SILU = { name: "silu", body: "return u / (1.0 + Math.exp(-u));" };
/** Of a gradient u and the input v. */
export const GELU_GRADIENT = {
  name: "gelu.backward",
  body: `${geluTanh("v")}
    const slope = ${LINEAR} * (1.0 + ${3 * CUBIC} * v * v);
    return u * 0.5 * (1.0 + t + v * (1.0 - t * t) * slope);`,
};
export const SILU_GRADIENT = {
  name: "silu.backward",
  body: "const s = 1.0 / (1.0 + Math.exp(-v)); return u * s * (1.0 + v * (1.0 - s));",
};
