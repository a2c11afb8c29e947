import { flatKernel, X } from "../kernel.ts";

const at = (tensor: string) => `${tensor}[0][0][${X}]`;

/** The gradient as clipping and weight decay leave it. */
const decayed = `const g = scale[0][0][0] * ${at("gradient")} + decay * ${at("parameter")};`;

/** β · mean + (1 − β) · g, where weight decay is part of g. */
export const adamMean = flatKernel(
  "adam.mean",
  {
    parameter: "tensor",
    gradient: "tensor",
    scale: "tensor",
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
    scale: "tensor",
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

/** parameter − η · g */
export const sgdParameter = flatKernel(
  "sgd",
  {
    parameter: "tensor",
    gradient: "tensor",
    scale: "tensor",
    decay: "float",
    learningRate: "float",
  },
  `${decayed} return ${at("parameter")} - learningRate * g;`,
);

/** momentum · velocity + g */
export const momentumVelocity = flatKernel(
  "sgdMomentum.velocity",
  {
    parameter: "tensor",
    gradient: "tensor",
    scale: "tensor",
    velocity: "tensor",
    decay: "float",
    momentum: "float",
  },
  `${decayed} return momentum * ${at("velocity")} + g;`,
);

/** parameter − η · velocity, or with Nesterov's look ahead. */
export const momentumParameter = flatKernel(
  "sgdMomentum",
  {
    parameter: "tensor",
    gradient: "tensor",
    scale: "tensor",
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
