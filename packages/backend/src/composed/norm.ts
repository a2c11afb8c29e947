import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";
import { sizeOf } from "../shape.ts";

export const norm = <T extends Handle>(b: Backend<T>): Pick<Fused<T>, "squaredNorm"> => ({
  squaredNorm({ x }) {
    const squares = b.reshape(b.binary("multiply", x, x), [sizeOf(x.shape)]);
    return { y: b.reshape(b.reduce("sum", squares, 0), []) };
  },
});
