import { type Backend, sameShape, sizeOf, stridesOf } from "@lm/backend";
import type { CpuTensor } from "./cpu-tensor.ts";
import type { Engine } from "./engine.ts";
import { broadcastStrides, reshapeStrides } from "./strided.ts";

type Movement = "reshape" | "permute" | "expand" | "slice" | "pad" | "concat";

/** Other views of the same elements where that is possible, copies where it is not. */
export const movement = (engine: Engine): Pick<Backend<CpuTensor>, Movement> => ({
  reshape(x, shape) {
    if (x.strides === null) return engine.view(x, shape, null);
    const strides = reshapeStrides(x.shape, x.strides, shape);
    if (strides) return engine.view(x, shape, strides);
    engine.expectLive(x);
    const y = engine.create(shape);
    engine.copy(x, engine.addressOf(y));
    return y;
  },

  permute(x, order) {
    const strides = x.strides ?? stridesOf(x.shape);
    const shape = order.map((axis) => x.shape[axis]!);
    return engine.view(
      x,
      shape,
      unlessContiguous(
        shape,
        order.map((axis) => strides[axis]!),
      ),
    );
  },

  expand(x, shape) {
    if (sameShape(x.shape, shape)) return engine.view(x, shape, x.strides);
    const strides = broadcastStrides(x.shape, x.strides, shape);
    return engine.view(x, shape, unlessContiguous(shape, strides));
  },

  slice(x, axis, start, end) {
    const strides = x.strides ?? stridesOf(x.shape);
    const shape = x.shape.with(axis, end - start);
    return engine.view(x, shape, unlessContiguous(shape, strides), start * strides[axis]!);
  },

  pad(x, axis, before, after) {
    engine.expectLive(x);
    const size = x.shape[axis]!;
    const y = engine.create(x.shape.with(axis, before + size + after));
    const address = engine.addressOf(y);
    const strides = stridesOf(y.shape);
    const inner = strides[axis]!;
    const rows = sizeOf(x.shape.slice(0, axis));
    engine.kernels.clearEdges(address, rows, before * inner, size * inner, after * inner);
    engine.copy(x, address + before * inner * 4, strides);
    return y;
  },

  concat(parts, axis) {
    engine.expectLive(...parts);
    const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    const y = engine.create(parts[0]!.shape.with(axis, total));
    const strides = stridesOf(y.shape);
    let address = engine.addressOf(y);
    for (const part of parts) {
      engine.copy(part, address, strides);
      address += part.shape[axis]! * strides[axis]! * 4;
    }
    return y;
  },
});

/** Strides, or null where they are those of a contiguous tensor. Along an axis of size 1 any stride is right. */
function unlessContiguous(shape: readonly number[], strides: readonly number[]) {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== stride) return strides;
    stride *= shape[axis]!;
  }
  return null;
}
