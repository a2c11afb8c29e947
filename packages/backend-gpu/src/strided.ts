import { type Shape, stridesOf } from "@lm/backend";

/** Axes that several operands walk together. Axes of size 1 are left out. */
export interface Axes {
  readonly sizes: readonly number[];
  /** For each operand the stride of each axis, in elements; 0 where it repeats. */
  readonly strides: readonly (readonly number[])[];
}

/** The strides of a view that repeats axes of size 1, and axes that are missing in front, up to `target`. */
export function broadcastStrides(
  shape: Shape,
  strides: readonly number[] | null,
  target: Shape,
): number[] {
  const own = strides ?? stridesOf(shape);
  const extra = target.length - shape.length;
  return target.map((_, axis) =>
    axis < extra || shape[axis - extra] === 1 ? 0 : own[axis - extra]!,
  );
}

/** The same walk over as few axes as possible: neighbours are merged where every operand goes straight on. */
export function mergeAxes(shape: Shape, strides: readonly (readonly number[])[]): Axes {
  const sizes: number[] = [];
  const merged: number[][] = strides.map(() => []);
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    const goesOn = (of: readonly number[], operand: number) =>
      merged[operand]![last] === of[axis]! * size;
    if (last >= 0 && strides.every(goesOn)) sizes[last]! *= size;
    else sizes.push(size);
    strides.forEach((of, operand) => {
      merged[operand]![sizes.length - 1] = of[axis]!;
    });
  });
  return { sizes, strides: merged };
}

/** The strides with which the same memory shows another shape, or undefined where only a copy can. */
export function reshapeStrides(
  shape: Shape,
  strides: readonly number[],
  target: Shape,
): number[] | undefined {
  const { sizes, strides: merged } = mergeAxes(shape, [strides]);
  const result = new Array<number>(target.length).fill(0);
  let axis = target.length - 1;
  for (let group = sizes.length - 1; group >= 0; group--) {
    // Each merged axis must be made of whole axes of the target.
    let rest = sizes[group]!;
    let stride = merged[0]![group]!;
    for (; rest > 1; axis--) {
      const size = target[axis];
      if (size === undefined || rest % size !== 0) return undefined;
      result[axis] = stride;
      stride *= size;
      rest /= size;
    }
  }
  return result;
}

/** The strides, or null where they are those of a tensor in one piece. Along an axis of size 1 any stride will do. */
export function unlessContiguous(
  shape: Shape,
  strides: readonly number[],
): readonly number[] | null {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== stride) return strides;
    stride *= shape[axis]!;
  }
  return null;
}
