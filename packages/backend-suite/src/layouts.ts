import { type Backend, type Handle, type Shape, sizeOf, stridesOf } from "@lm/backend";

/**
 * How an input lies in memory. An engine that keeps permuted and sliced tensors as views must compute the same from
 * them as from tensors in one piece.
 */
export const LAYOUTS = ["contiguous", "permuted", "sliced"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** A tensor with these row-major values, in the given layout. */
export function place<T extends Handle>(
  b: Backend<T>,
  values: Float64Array,
  shape: Shape,
  layout: Layout,
): T {
  switch (layout) {
    case "contiguous":
      return b.fromArray(values, shape);
    case "permuted": {
      const order = shape.map((_, axis) => shape.length - 1 - axis);
      const reversed = order.map((axis) => shape[axis]!);
      return b.permute(b.fromArray(reverseAxes(values, shape), reversed), order);
    }
    case "sliced": {
      if (shape.length === 0) return b.fromArray(values, shape);
      const last = shape.length - 1;
      const width = shape[last]!;
      const padded = new Float64Array((sizeOf(shape) / (width || 1)) * (width + 3)).fill(1e3);
      for (let row = 0; row * width < values.length; row++)
        padded.set(values.subarray(row * width, (row + 1) * width), row * (width + 3) + 1);
      const wide = b.fromArray(
        padded.subarray(0, sizeOf(shape.with(last, width + 3))),
        shape.with(last, width + 3),
      );
      return b.slice(wide, last, 1, 1 + width);
    }
  }
}

/** The values of the tensor with its axes in reverse order. */
function reverseAxes(values: Float64Array, shape: Shape): Float64Array {
  const reversedShape = [...shape].reverse();
  const reversedStrides = stridesOf(reversedShape).reverse();
  const strides = stridesOf(shape);
  return values.map((_, position, all) => {
    // `position` counts through the reversed tensor; find where that element is in the original.
    let rest = position;
    let offset = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = Math.floor(rest / reversedStrides[axis]!);
      rest -= index * reversedStrides[axis]!;
      offset += index * strides[axis]!;
    }
    return all[offset]!;
  });
}
