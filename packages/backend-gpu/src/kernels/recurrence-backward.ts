import { kernel, X, Y, Z } from "../kernel.ts";
import { specials, tanh } from "./recurrence.ts";

/**
 * The way back through a recurrence, step by step. `gradient [B, T, H]` is the loss's gradient of the outputs, `carry [B, H]` what
 * the step after adds to it; what was saved, `[B, T, …]`, is read at `time`, and what it was before the step at `before`.
 */

/** g · (1 − h²) */
export const rnnGradient = kernel(
  "rnnSequence.backward",
  { gradient: "tensor", carry: "tensor", output: "tensor", time: "integer" },
  `const h = output[${Y}][time][${X}];
  return (gradient[${Y}][time][${X}] + carry[0][${Y}][${X}]) * (1.0 - h * h);`,
);

/** The gradient of an LSTM's cell. */
export const lstmCellGradient = kernel(
  "lstmSequence.backward.cell",
  {
    gradient: "tensor",
    carry: "tensor",
    cellCarry: "tensor",
    gates: "tensor",
    cells: "tensor",
    time: "integer",
    size: "integer",
    ...specials,
  },
  `${tanh("t", `cells[${Y}][time][${X}]`)}
  const g = gradient[${Y}][time][${X}] + carry[0][${Y}][${X}];
  return cellCarry[0][${Y}][${X}] + g * gates[${Y}][time][${X} + size * 3] * (1.0 - t * t);`,
);

const cellGradient = (column: string) => `cellGradient[0][${Y}][${column}]`;
const gate = (column: string) => `gates[${Y}][time][${column}]`;

/** The gradients of an LSTM's gates, before their activations. */
export const lstmGateGradient = kernel(
  "lstmSequence.backward.gates",
  {
    gradient: "tensor",
    carry: "tensor",
    cellGradient: "tensor",
    gates: "tensor",
    cells: "tensor",
    previous: "tensor",
    time: "integer",
    before: "integer",
    size: "integer",
    ...specials,
  },
  `const a = ${gate(X)};
  if (${X} < size) { return ${cellGradient(X)} * ${gate(`${X} + size * 2`)} * a * (1.0 - a); }
  if (${X} < size * 2) {
    return ${cellGradient(`${X} - size`)} * previous[${Y}][before][${X} - size] * a * (1.0 - a);
  }
  if (${X} < size * 3) {
    return ${cellGradient(`${X} - size * 2`)} * ${gate(`${X} - size * 2`)} * (1.0 - a * a);
  }
  ${tanh("t", `cells[${Y}][time][${X} - size * 3]`)}
  const g = gradient[${Y}][time][${X} - size * 3] + carry[0][${Y}][${X} - size * 3];
  return g * t * a * (1.0 - a);`,
);

/** What is left of the gradient of the cell before the step. */
export const lstmCellCarry = kernel(
  "lstmSequence.backward.carry",
  { cellGradient: "tensor", gates: "tensor", time: "integer", size: "integer" },
  `return ${cellGradient(X)} * ${gate(`${X} + size`)};`,
);

/** n of a GRU's step again, for hidden unit `unit`. */
const candidate = (unit: string) => `
  let reset = 1.0;
  if (isAfter == 1) { reset = ${gate(unit)}; }
  ${tanh("n", `x[${Y}][time][${unit} + size * 2] + reset * candidate[${Y}][time][${unit}]`)}`;

/** The gradient of a GRU's n, before its tanh. */
export const gruCandidateGradient = kernel(
  "gruSequence.backward.candidate",
  {
    gradient: "tensor",
    carry: "tensor",
    x: "tensor",
    gates: "tensor",
    candidate: "tensor",
    time: "integer",
    size: "integer",
    isAfter: "integer",
    ...specials,
  },
  `${candidate(X)}
  const g = gradient[${Y}][time][${X}] + carry[0][${Y}][${X}];
  return g * (1.0 - ${gate(`${X} + size`)}) * (1.0 - n * n);`,
);

/** The gradient of what the reset gate is multiplied with: of h · Wₙᵀ + bₙ, or of h where the gate comes before. */
export const gruResetGradient = kernel(
  "gruSequence.backward.reset",
  { dCandidate: "tensor", weight: "tensor", size: "integer" },
  `let s = 0.0;
  for (let k = 0; k < size; k++) { s += dCandidate[0][${Y}][k] * weight[0][size * 2 + k][${X}]; }
  return s;`,
);

/** The gradient of a GRU's r, before its sigmoid: of what it is multiplied with, times that. */
export const gruR = kernel(
  "gruSequence.backward.r",
  { dFactor: "tensor", factor: "tensor", gates: "tensor", time: "integer", at: "integer" },
  `const r = ${gate(X)};
  return dFactor[0][${Y}][${X}] * factor[${Y}][at][${X}] * r * (1.0 - r);`,
);

/** The gradient of a GRU's z, before its sigmoid. */
export const gruZ = kernel(
  "gruSequence.backward.z",
  {
    gradient: "tensor",
    carry: "tensor",
    x: "tensor",
    gates: "tensor",
    candidate: "tensor",
    previous: "tensor",
    time: "integer",
    before: "integer",
    size: "integer",
    isAfter: "integer",
    ...specials,
  },
  `${candidate(X)}
  const z = ${gate(`${X} + size`)};
  const g = gradient[${Y}][time][${X}] + carry[0][${Y}][${X}];
  return g * (previous[${Y}][before][${X}] - n) * z * (1.0 - z);`,
);

/** What a GRU's step adds to the gradient of the state before it, by way of r, z and the state itself. */
const gruCarry = `let s = (gradient[${Y}][time][${X}] + carry[0][${Y}][${X}]) * ${gate(`${X} + size`)};
  for (let k = 0; k < size; k++) {
    s += dx[0][${Y}][k] * weight[0][k][${X}] + dx[0][${Y}][k + size] * weight[0][k + size][${X}];
  }`;
const gruCarryParameters = {
  gradient: "tensor",
  carry: "tensor",
  gates: "tensor",
  dx: "tensor",
  weight: "tensor",
  time: "integer",
  size: "integer",
} as const;

export const gruCarryAfter = kernel(
  "gruSequence.backward.carryAfter",
  gruCarryParameters,
  `${gruCarry}
  for (let j = 0; j < size; j++) {
    s += dx[0][${Y}][j + size * 2] * ${gate("j")} * weight[0][j + size * 2][${X}];
  }
  return s;`,
);

export const gruCarryBefore = kernel(
  "gruSequence.backward.carryBefore",
  { ...gruCarryParameters, dFactor: "tensor" },
  `${gruCarry}
  return s + dFactor[0][${Y}][${X}] * ${gate(X)};`,
);

/** The gradient of h · Wᵀ + b from that of x, where r comes after the product: of its n, r times as much. */
export const gruProductGradient = kernel(
  "gruSequence.backward.product",
  { dx: "tensor", gates: "tensor", size: "integer" },
  `if (${X} < size * 2) { return dx[${Z}][${Y}][${X}]; }
  return dx[${Z}][${Y}][${X}] * gates[${Z}][${Y}][${X} - size * 2];`,
);
