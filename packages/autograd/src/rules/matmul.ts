import { type Backend, type Handle, type MatmulOptions, sizeOf } from "@lm/backend";

/** The gradients of both factors. A transposed factor's is computed transposed, so nothing is ever copied. */
export const matmulRules = {
  a<T extends Handle>(b: Backend<T>, g: T, right: T, options: Required<MatmulOptions>): T {
    const { transposeA, transposeB } = options;
    return transposeA
      ? b.matmul(right, g, { transposeA: transposeB, transposeB: true })
      : b.matmul(g, right, { transposeB: !transposeB });
  },
  b<T extends Handle>(
    b: Backend<T>,
    g: T,
    [left, right]: readonly [T, T],
    options: Required<MatmulOptions>,
  ): T {
    const { transposeA, transposeB } = options;
    // One matrix for all batches, as the weights of a layer are: their rows count as those of one tall factor, so that
    // its gradient is one product, and not a sum over a product for each batch.
    const isShared = right.shape.length === 2 && left.shape.length > 2 && !transposeA;
    const [l, r] = isShared ? [rowsOf(b, left), rowsOf(b, g)] : [left, g];
    return transposeB
      ? b.matmul(r, l, { transposeA: true, transposeB: transposeA })
      : b.matmul(l, r, { transposeA: !transposeA });
  },
};

const rowsOf = <T extends Handle>(b: Backend<T>, x: T): T =>
  b.reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!]);
