import type { Backend, Handle, MatmulOptions } from "@lm/backend";

/** The gradients of both factors. A transposed factor's is computed transposed, so nothing is ever copied. */
export const matmulRules = {
  a<T extends Handle>(b: Backend<T>, g: T, right: T, options: Required<MatmulOptions>): T {
    const { transposeA, transposeB } = options;
    return transposeA
      ? b.matmul(right, g, { transposeA: transposeB, transposeB: true })
      : b.matmul(g, right, { transposeB: !transposeB });
  },
  b<T extends Handle>(b: Backend<T>, g: T, left: T, options: Required<MatmulOptions>): T {
    const { transposeA, transposeB } = options;
    return transposeB
      ? b.matmul(g, left, { transposeA: true, transposeB: transposeA })
      : b.matmul(left, g, { transposeA: !transposeA });
  },
};
