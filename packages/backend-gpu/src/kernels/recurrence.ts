import { kernel, type Parameters, X, Y } from "../kernel.ts";
import { tanhOf } from "./functions.ts";

/**
 * A step of a recurrence. `x [B, T, G]` is read at `time`; `size` is H. Gates stand side by side: gate number i of hidden unit u is
 * column i · H + u.
 */

/** Statements that put tanh of an expression in a new variable. */
export const tanh = (name: string, of: string) =>
  `const ${name}Of = ${of};
  let ${name} = nan; if (${name}Of <= infinity) { ${tanhOf(`${name}Of`, name)} }`;
const sigmoid = (of: string) => `1.0 / (1.0 + Math.exp(-(${of})))`;
export const specials = { nan: "float", infinity: "float" } as const;

/** `s` becomes what column `column` of the recurrent product adds to: bias + h · Wᵀ. */
const product = (column: string, hidden = `hidden[0][${Y}][k]`) => `
  let s = bias[0][0][${column}];
  for (let k = 0; k < size; k++) { s += ${hidden} * weight[0][${column}][k]; }`;

const step = {
  x: "tensor",
  hidden: "tensor",
  weight: "tensor",
  bias: "tensor",
  time: "integer",
  size: "integer",
} as const satisfies Parameters;

/** h = tanh(x + h · Wᵀ + b) */
export const rnnStep = kernel(
  "rnnSequence",
  { ...step, ...specials },
  `${product(X)}
  ${tanh("y", `x[${Y}][time][${X}] + s`)}
  return y;`,
);

/** The gates i, f, g, o of an LSTM. */
export const lstmGates = kernel(
  "lstmSequence.gates",
  { ...step, ...specials },
  `${product(X)}
  s += x[${Y}][time][${X}];
  if (${X} >= size * 2) {
    if (${X} < size * 3) {
      ${tanh("y", "s")}
      return y;
    }
  }
  return ${sigmoid("s")};`,
);

/** c = f · c + i · g */
export const lstmCell = kernel(
  "lstmSequence.cell",
  { gates: "tensor", cell: "tensor", size: "integer" },
  `const kept = gates[0][${Y}][${X} + size] * cell[0][${Y}][${X}];
  return kept + gates[0][${Y}][${X}] * gates[0][${Y}][${X} + size * 2];`,
);

/** h = o · tanh(c) */
export const lstmHidden = kernel(
  "lstmSequence",
  { gates: "tensor", cell: "tensor", size: "integer", ...specials },
  `${tanh("y", `cell[0][${Y}][${X}]`)}
  return gates[0][${Y}][${X} + size * 3] * y;`,
);

/** The gates r and z of a GRU. */
export const gruGates = kernel(
  "gruSequence.gates",
  step,
  `${product(X)}
  s += x[${Y}][time][${X}];
  return ${sigmoid("s")};`,
);

/** What the reset gate is multiplied with: h · Wₙᵀ + bₙ. */
export const gruCandidateAfter = kernel(
  "gruSequence.candidateAfter",
  { hidden: "tensor", weight: "tensor", bias: "tensor", size: "integer" },
  `${product(`${X} + size * 2`)}
  return s;`,
);

/** The same where the reset gate comes before the product: (r · h) · Wₙᵀ + bₙ. */
export const gruCandidateBefore = kernel(
  "gruSequence.candidateBefore",
  { gates: "tensor", hidden: "tensor", weight: "tensor", bias: "tensor", size: "integer" },
  `${product(`${X} + size * 2`, `gates[0][${Y}][k] * hidden[0][${Y}][k]`)}
  return s;`,
);

/** h' = n + z · (h − n), where n = tanh(xₙ + r · candidate), or without r where `isAfter` is 0. */
export const gruHidden = kernel(
  "gruSequence",
  {
    x: "tensor",
    gates: "tensor",
    candidate: "tensor",
    hidden: "tensor",
    time: "integer",
    size: "integer",
    isAfter: "integer",
    ...specials,
  },
  `let reset = 1.0;
  if (isAfter == 1) { reset = gates[0][${Y}][${X}]; }
  ${tanh("n", `x[${Y}][time][${X} + size * 2] + reset * candidate[0][${Y}][${X}]`)}
  return n + gates[0][${Y}][${X} + size] * (hidden[0][${Y}][${X}] - n);`,
);
