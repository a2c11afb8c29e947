import { flatKernel, kernel, X, Y } from "../kernel.ts";
import { ofRows, whereFinite } from "./softmax.ts";

/** −log softmax(x)[target] of each row; 0 where the target is negative, NaN where it is no class. */
export const crossEntropyRows = flatKernel(
  "crossEntropy",
  { ...ofRows, targets: "tensor", classes: "integer" },
  `const target = targets[0][0][${X}];
  if (target < 0.0) { return 0.0; }
  if (target >= classes) { return nan; }
  ${whereFinite(X, `return Math.log(sum[0][0][${X}]) - (x[0][${X}][target] - m);`)}`,
);

/** g · (softmax(x) − [the class is the target]) */
export const crossEntropyGradient = kernel(
  "crossEntropy.backward",
  { ...ofRows, targets: "tensor", gradient: "tensor" },
  `const target = targets[0][0][${Y}];
  if (target < 0.0) { return 0.0; }
  ${whereFinite(
    Y,
    `let p = Math.exp(x[0][${Y}][${X}] - m) / sum[0][0][${Y}];
    if (target == ${X}) { p = p - 1.0; }
    return p * gradient[0][0][${Y}];`,
  )}`,
);
