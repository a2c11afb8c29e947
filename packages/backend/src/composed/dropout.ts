import { Generator } from "@lm/random";
import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";
import { sizeOf } from "../shape.ts";

export const dropout = <T extends Handle>(b: Backend<T>): Pick<Fused<T>, "dropout"> => ({
  dropout({ x }, { rate, seed, stream }) {
    const generator = new Generator(seed, stream);
    const scales = new Float64Array(sizeOf(x.shape));
    for (let i = 0; i < scales.length; i++)
      scales[i] = generator.uniform() >= rate ? 1 / (1 - rate) : 0;
    return { y: b.binary("multiply", x, b.fromArray(scales, x.shape)) };
  },
});
