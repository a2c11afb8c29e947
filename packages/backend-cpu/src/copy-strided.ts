import { type Shape, stridesOf } from "@lm/backend";
import type { Kernels } from "./generated/kernels.ts";
import { type Axes, forEachOuter, innermost, mergeAxes } from "./strided.ts";

/** One side of a copy: an address in bytes, strides in elements (row-major where there are none). */
export interface Place {
  readonly address: number;
  readonly strides: readonly number[] | null | undefined;
}

/** Copies a tensor of this shape from one place to another. */
export function copyStrided(kernels: Kernels, shape: Shape, from: Place, to: Place): void {
  const strides = [from.strides ?? stridesOf(shape), to.strides ?? stridesOf(shape)];
  const axes = forKernel(mergeAxes(shape, strides));
  const [size0, size1, size2] = innermost(axes.sizes, 1);
  const [x0, x1, x2] = innermost(axes.strides[0]!, 0);
  const [y0, y1] = innermost(axes.strides[1]!, 0);
  forEachOuter(axes, 3, ([x, y]) =>
    kernels.copy(
      from.address + x! * 4,
      x0,
      x1,
      x2,
      to.address + y! * 4,
      y0,
      y1,
      size0,
      size1,
      size2,
    ),
  );
}

/**
 * The axes as the kernel wants them: the target contiguous along the innermost, and the axis along which the source is
 * contiguous, where that is another one, next to it, so that the kernel can transpose the two.
 */
function forKernel({ sizes, strides: [x, y] }: Axes): Axes {
  const order = sizes.map((_, axis) => axis);
  const contiguous = x!.indexOf(1);
  if (contiguous >= 0 && contiguous < order.length - 2)
    order.splice(order.length - 2, 0, ...order.splice(contiguous, 1));
  const ordered = (values: readonly number[]) => order.map((axis) => values[axis]!);
  const axes = { sizes: ordered(sizes), strides: [ordered(x!), ordered(y!)] };
  if (y!.at(-1) === 1) return axes;
  return {
    sizes: [...axes.sizes, 1],
    strides: axes.strides.map((of) => [...of, 1]),
  };
}
