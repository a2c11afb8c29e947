import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";

export const linear = <T extends Handle>(b: Backend<T>): Pick<Fused<T>, "linear"> => ({
  linear({ x, weight, bias }, { transposed }) {
    return { y: b.binary("add", b.matmul(x, weight, { transposeB: transposed }), bias) };
  },
});
