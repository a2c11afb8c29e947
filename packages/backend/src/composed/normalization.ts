import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";

export const normalization = <T extends Handle>(
  b: Backend<T>,
): Pick<Fused<T>, "layerNorm" | "rmsNorm"> => {
  const mean = (x: T) => {
    const last = x.shape.length - 1;
    return b.binary("divide", b.reduce("sum", x, last), x.shape[last]!);
  };
  /** 1 / √(mean(x²) + ε) over the last axis. */
  const inverseRms = (x: T, epsilon: number) =>
    b.unary(
      "reciprocal",
      b.unary("sqrt", b.binary("add", mean(b.binary("multiply", x, x)), epsilon)),
    );
  return {
    layerNorm({ x, gain, bias }, { epsilon }) {
      const centred = b.binary("subtract", x, mean(x));
      const normal = b.binary("multiply", centred, inverseRms(centred, epsilon));
      return { y: b.binary("add", b.binary("multiply", normal, gain), bias) };
    },
    rmsNorm({ x, gain }, { epsilon }) {
      return { y: b.binary("multiply", b.binary("multiply", x, inverseRms(x, epsilon)), gain) };
    },
  };
};
