import { type Shape, stridesOf } from "@lm/backend";

/** Axes that several operands walk together, each with its own strides. Axes of size 1 are left out. */
export interface Axes {
  readonly sizes: readonly number[];
  /** For each operand the stride of each axis, in elements; 0 where it broadcasts. */
  readonly strides: readonly (readonly number[])[];
}

/** Strides of a view that broadcasts to `target`: 0 where it repeats. */
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

/**
 * The same walk over as few axes as possible: an axis is merged with the one inside it where every operand goes from
 * one row straight on to the next.
 */
export function mergeAxes(shape: Shape, strides: readonly (readonly number[])[]): Axes {
  const sizes: number[] = [];
  const merged: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    const isNext =
      last >= 0 && strides.every((of, operand) => merged[operand]![last] === of[axis]! * size);
    if (isNext) sizes[last]! *= size;
    else sizes.push(size);
    strides.forEach((of, operand) => {
      merged[operand]![isNext ? last : last + 1] = of[axis]!;
    });
  }
  return { sizes, strides: merged };
}

/**
 * Calls `visit` for each position of the axes before the innermost `inner` ones, with each operand's offset there in
 * elements. The array is reused.
 */
export function forEachOuter(
  { sizes, strides }: Axes,
  inner: number,
  visit: (offsets: readonly number[], position: number) => void,
): void {
  const outer = sizes.slice(0, Math.max(0, sizes.length - inner));
  const count = outer.reduce((product, size) => product * size, 1);
  const offsets = strides.map(() => 0);
  for (let position = 0; position < count; position++) {
    offsets.fill(0);
    let rest = position;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const index = rest % outer[axis]!;
      rest = (rest - index) / outer[axis]!;
      strides.forEach((of, operand) => {
        offsets[operand]! += index * of[axis]!;
      });
    }
    visit(offsets, position);
  }
}

/** The innermost three axes, with axes of size 1 in front where there are fewer. */
export function innermost(values: readonly number[], missing: number): [number, number, number] {
  const at = (fromEnd: number) => values[values.length - fromEnd] ?? missing;
  return [at(3), at(2), at(1)];
}

/**
 * The strides with which the same memory shows another shape, or undefined where only a copy can: each axis of
 * the old shape must be split into, or merged to, axes of the new one.
 */
export function reshapeStrides(
  shape: Shape,
  strides: readonly number[],
  target: Shape,
): number[] | undefined {
  const { sizes, strides: merged } = mergeAxes(shape, [strides]);
  const result = new Array<number>(target.length);
  let axis = target.length - 1;
  for (let group = sizes.length - 1; group >= 0; group--) {
    let rest = sizes[group]!;
    let stride = merged[0]![group]!;
    while (rest > 1) {
      const size = target[axis];
      if (size === undefined || rest % size !== 0) return undefined;
      result[axis] = stride;
      stride *= size;
      rest /= size;
      axis -= 1;
    }
  }
  for (; axis >= 0; axis--) result[axis] = 0;
  return result;
}
