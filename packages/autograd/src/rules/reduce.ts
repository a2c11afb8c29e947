import type { Backend, Handle, ReduceOp } from "@lm/backend";

type ReduceRule = <T extends Handle>(b: Backend<T>, g: T, out: T, x: T, axis: number) => T;

export const reduceRules: Record<ReduceOp, ReduceRule> = {
  sum: (b, g, _, x) => b.expand(g, x.shape),
  // Equal largest elements share the gradient.
  max: (b, g, out, x, axis) => {
    const hit = b.compare("equal", x, out);
    return b.binary("multiply", hit, b.binary("divide", g, b.reduce("sum", hit, axis)));
  },
};
