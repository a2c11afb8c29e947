import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";

export const activation = <T extends Handle>(
  b: Backend<T>,
): Pick<Fused<T>, "softmax" | "logSoftmax" | "gelu" | "silu"> => {
  // The largest element is taken off before exp so that nothing overflows; it cancels in the result.
  const shifted = (x: T) => {
    const largest = b.reduce("max", x, x.shape.length - 1);
    return b.binary("subtract", x, b.detach?.(largest) ?? largest);
  };
  return {
    softmax({ x }) {
      const e = b.unary("exp", shifted(x));
      return { y: b.binary("divide", e, b.reduce("sum", e, x.shape.length - 1)) };
    },
    logSoftmax({ x }) {
      const s = shifted(x);
      const total = b.reduce("sum", b.unary("exp", s), x.shape.length - 1);
      return { y: b.binary("subtract", s, b.unary("log", total)) };
    },
    gelu({ x }) {
      const cube = b.binary("multiply", b.binary("multiply", x, x), x);
      const inner = b.binary(
        "multiply",
        b.binary("add", x, b.binary("multiply", cube, 0.044715)),
        Math.sqrt(2 / Math.PI),
      );
      const half = b.binary("multiply", x, 0.5);
      return { y: b.binary("multiply", half, b.binary("add", b.unary("tanh", inner), 1)) };
    },
    silu({ x }) {
      return { y: b.binary("multiply", x, b.unary("sigmoid", x)) };
    },
  };
};
