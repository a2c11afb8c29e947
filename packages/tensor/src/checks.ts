import { type Shape, ShapeError, sizeOf } from "@lm/backend";

/** The axis counted from the front; negative ones count from the end. */
export function checkAxis(operation: string, shape: Shape, axis: number): number {
  const rank = shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    throw new ShapeError(
      operation,
      [shape],
      rank === 0
        ? `axis ${axis} of a scalar; it has none`
        : `axis ${axis} is not one of ${-rank} … ${rank - 1}`,
    );
  return axis < 0 ? axis + rank : axis;
}

/** Sizes are whole and not negative; their product is `size` where that is known. */
export function checkShape(operation: string, shape: Shape, size?: number): void {
  for (const d of shape)
    if (!Number.isInteger(d) || d < 0)
      throw new ShapeError(
        operation,
        [shape],
        `${d} is not a size; sizes are whole numbers from 0`,
      );
  if (size !== undefined && sizeOf(shape) !== size)
    throw new ShapeError(operation, [shape], `needs ${sizeOf(shape)} values, but got ${size}`);
}

/** The target of a reshape, with −1 replaced by what is left over. */
export function resolveReshape(from: Shape, to: Shape): Shape {
  const size = sizeOf(from);
  const free = to.indexOf(-1);
  if (free === -1) {
    checkShape("reshape", to);
    if (sizeOf(to) !== size)
      throw new ShapeError("reshape", [from, to], `${size} elements do not fill ${sizeOf(to)}`);
    return to;
  }
  const rest = sizeOf(to.toSpliced(free, 1));
  if (to.indexOf(-1, free + 1) !== -1 || !(rest > 0) || size % rest !== 0)
    throw new ShapeError(
      "reshape",
      [from, to],
      `only one -1 may stand, for what is left of ${size} elements; give the sizes in full`,
    );
  return to.with(free, size / rest);
}

export function checkPermutation(shape: Shape, order: readonly number[]): void {
  const isPermutation =
    order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  if (!isPermutation)
    throw new ShapeError(
      "permute",
      [shape],
      `[${order}] does not name each of its ${shape.length} axes once`,
    );
}

export function checkExpand(from: Shape, to: Shape): void {
  checkShape("expand", to);
  const extra = to.length - from.length;
  const fits = extra >= 0 && from.every((d, axis) => d === 1 || d === to[axis + extra]);
  if (!fits)
    throw new ShapeError(
      "expand",
      [from, to],
      "only axes of size 1 can grow, and axes be added in front",
    );
}

export function checkSlice(shape: Shape, axis: number, start: number, end: number): void {
  const size = shape[axis]!;
  const isRange =
    Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= size;
  if (!isRange)
    throw new ShapeError(
      "slice",
      [shape],
      `${start} … ${end} is not a range within the ${size} places of axis ${axis}`,
    );
}

export function checkConcat(shapes: readonly Shape[], axis: number): void {
  const first = shapes[0]!;
  for (const shape of shapes)
    if (shape.length !== first.length || shape.some((d, i) => i !== axis && d !== first[i]))
      throw new ShapeError(
        "concat",
        [first, shape],
        `all sizes but that of axis ${axis} must be equal`,
      );
}

/** Rank at least 2, equal inner sizes. Leading axes are left to broadcasting. */
export function checkMatmul(a: Shape, b: Shape, transposeA: boolean, transposeB: boolean): void {
  if (a.length < 2 || b.length < 2)
    throw new ShapeError(
      "matmul",
      [a, b],
      "both need two axes or more; reshape a vector to a row or column",
    );
  const left = transposeA ? a.at(-2)! : a.at(-1)!;
  const right = transposeB ? b.at(-1)! : b.at(-2)!;
  if (left !== right)
    throw new ShapeError(
      "matmul",
      [a, b],
      `inner sizes ${left} and ${right} differ${transposeA || transposeB ? " (after transposing)" : "; transposeA or transposeB may be what you want"}`,
    );
}
