import { flatKernel, X } from "../kernel.ts";

const at = (tensor: string) => `${tensor}[0][0][${X}]`;

const decayed = `const g = ${at("gradient")} + decay * ${at("parameter")};`;

/** β · mean + (1 − β) · g, where weight decay is part of g. */
export const adamMean = flatKernel(
  "adam.mean",
  {
    parameter: "tensor",
    gradient: "tensor",
    mean: "tensor",
    decay: "float",
    beta: "float",
    rest: "float",
  },
  `${decayed} return beta * ${at("mean")} + rest * g;`,
);

/** β · variance + (1 − β) · g² */
export const adamVariance = flatKernel(
  "adam.variance",
  {
    parameter: "tensor",
    gradient: "tensor",
    variance: "tensor",
    decay: "float",
    beta: "float",
    rest: "float",
  },
  `${decayed} return beta * ${at("variance")} + rest * g * g;`,
);

/** kept · parameter − η · m̂ / (√v̂ + ε) */
export const adamParameter = flatKernel(
  "adam",
  {
    parameter: "tensor",
    mean: "tensor",
    variance: "tensor",
    kept: "float",
    meanScale: "float",
    varianceScale: "float",
    epsilon: "float",
    learningRate: "float",
  },
  `const deviation = Math.sqrt(${at("variance")} * varianceScale);
  const update = ${at("mean")} * meanScale / (deviation + epsilon);
  return kept * ${at("parameter")} - learningRate * update;`,
);

/** momentum · velocity + g */
export const sgdVelocity = flatKernel(
  "sgd.velocity",
  {
    parameter: "tensor",
    gradient: "tensor",
    velocity: "tensor",
    decay: "float",
    momentum: "float",
  },
  `${decayed} return momentum * ${at("velocity")} + g;`,
);

/** parameter − η · velocity, or with Nesterov's look ahead. */
export const sgdParameter = flatKernel(
  "sgd",
  {
    parameter: "tensor",
    gradient: "tensor",
    velocity: "tensor",
    decay: "float",
    momentum: "float",
    learningRate: "float",
    nesterov: "integer",
  },
  `${decayed}
  let direction = ${at("velocity")};
  if (nesterov == 1) { direction = g + momentum * direction; }
  return ${at("parameter")} - learningRate * direction;`,
);
