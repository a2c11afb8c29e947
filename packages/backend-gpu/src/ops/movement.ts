import { type Backend, type Shape, sizeOf, stridesOf } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { fillFlat, padFlat, padRows } from "../kernels/movement.ts";
import { reshapeStrides, unlessContiguous } from "../strided.ts";
import { joinRows } from "./join.ts";
import { contiguous, expand } from "./pointwise.ts";

type Movement = "reshape" | "permute" | "expand" | "slice" | "pad" | "concat";

/** Other views of the same memory where that is possible, copies where it is not. */
export const movement = (engine: Engine): Pick<Backend<GpuTensor>, Movement> => ({
  reshape: (x, shape) => reshape(engine, x, shape),

  permute: (x, order) => permute(engine, x, order),

  expand: (x, shape) => expand(engine, x, shape),

  slice: (x, axis, start, end) => slice(engine, x, axis, start, end),

  pad(x, axis, before, after) {
    const size = x.shape[axis]!;
    const shape = x.shape.with(axis, before + size + after);
    if (x.size === 0) return fill(engine, shape, 0);
    const inner = sizeOf(shape.slice(axis + 1));
    const rows = sizeOf(shape.slice(0, axis));
    const width = size * inner;
    return engine.launch(rows === 1 ? padFlat : padRows, shape, [sizeOf(shape) / rows, rows, 1], {
      x: engine.read(contiguous(engine, x), [width, rows, 1]),
      before: before * inner,
      width,
    });
  },

  concat(parts, axis) {
    const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    const shape = parts[0]!.shape.with(axis, total);
    const inOnePiece = parts.map((part) => contiguous(engine, part));
    return joinRows(engine, inOnePiece, shape, sizeOf(shape.slice(0, axis)));
  },
});

export function permute(engine: Engine, x: GpuTensor, order: readonly number[]): GpuTensor {
  const strides = x.strides ?? stridesOf(x.shape);
  const shape = order.map((axis) => x.shape[axis]!);
  const permuted = order.map((axis) => strides[axis]!);
  return engine.view(x, shape, unlessContiguous(shape, permuted));
}

export function slice(
  engine: Engine,
  x: GpuTensor,
  axis: number,
  start: number,
  end: number,
): GpuTensor {
  const strides = x.strides ?? stridesOf(x.shape);
  const shape = x.shape.with(axis, end - start);
  return engine.view(x, shape, unlessContiguous(shape, strides), start * strides[axis]!);
}

export function reshape(engine: Engine, x: GpuTensor, shape: Shape): GpuTensor {
  if (x.strides === null) return engine.view(x, shape);
  const strides = reshapeStrides(x.shape, x.strides, shape);
  if (strides) return engine.view(x, shape, unlessContiguous(shape, strides));
  return engine.view(contiguous(engine, x), shape);
}

/** A new tensor with one number everywhere. */
export function fill(engine: Engine, shape: Shape, value: number): GpuTensor {
  return engine.launch(fillFlat, shape, [sizeOf(shape), 1, 1], { value });
}
