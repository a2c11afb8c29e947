import { kernel, X, Y, Z } from "../kernel.ts";

/**
 * The softmax of `scores [heads, T, S]` over the keys that each query sees: query t those up to t + `past`. One kernel for
 * the largest score of each query, one for the sum of the exponentials, one for the weights.
 */
const parameters = { scores: "tensor", past: "integer" } as const;
const sizes = { ...parameters, count: "integer" } as const;
const score = `scores[${Y}][${X}][j]`;

export const largestScore = kernel(
  "attention.max",
  { ...sizes, infinity: "float" },
  `let m = -infinity;
  for (let j = 0; j < count; j++) {
    if (j > ${X} + past) { break; }
    const v = ${score};
    if (v > m) { m = v; } else { if (v <= m) { m = m; } else { m = m + v; } }
  }
  return m;`,
);

export const sumOfScores = kernel(
  "attention.sum",
  { ...sizes, max: "tensor" },
  `let s = 0.0;
  const m = max[0][${Y}][${X}];
  for (let j = 0; j < count; j++) {
    if (j > ${X} + past) { break; }
    s += Math.exp(${score} - m);
  }
  return s;`,
);

export const attentionWeights = kernel(
  "attention.weights",
  { ...parameters, max: "tensor", sum: "tensor", nan: "float", infinity: "float" },
  `const m = max[0][${Z}][${Y}];
  if (m < infinity) {
    if (m > -infinity) {
      if (${X} > ${Y} + past) { return 0.0; }
      return Math.exp(scores[${Z}][${Y}][${X}] - m) / sum[0][${Z}][${Y}];
    }
  }
  return nan;`,
);
