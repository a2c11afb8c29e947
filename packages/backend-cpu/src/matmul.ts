import { type Backend, broadcastShapes, type Shape, stridesOf } from "@lm/backend";
import type { CpuTensor } from "./cpu-tensor.ts";
import type { Engine } from "./engine.ts";
import { broadcastStrides, forEachOuter, mergeAxes } from "./strided.ts";

/** The matrices of a tensor, transposed if asked for: one of the two strides is 1, so that a kernel reads them. */
export interface Matrices {
  readonly address: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly strides: readonly number[] | null;
}

export const matmul = (engine: Engine): Pick<Backend<CpuTensor>, "matmul"> => ({
  matmul(a, b, { transposeA = false, transposeB = false } = {}) {
    const left = matrices(engine, a, transposeA);
    const right = matrices(engine, b, transposeB);
    const isBatched = a.shape.length > 2 || b.shape.length > 2;
    const batch = isBatched
      ? broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2))
      : [];
    const y = engine.create([...batch, left.rows, right.columns]);
    const address = engine.addressOf(y);
    if (!isBatched) multiply(engine, left, right, address);
    else if (y.size > 0) multiplyBatch(engine, batch, [a, left], [b, right], address);
    engine.finish();
    return y;
  },
});

/** The matrices of a tensor in place, or, where no stride is 1, of a copy that lives until the op ends. */
export function matrices(engine: Engine, x: CpuTensor, isTransposed: boolean): Matrices {
  const rank = x.shape.length;
  const rows = x.shape[rank - 2]!;
  const columns = x.shape[rank - 1]!;
  let rowStride = x.strides === null ? columns : x.strides[rank - 2]!;
  let columnStride = x.strides === null ? 1 : x.strides[rank - 1]!;
  // Along an axis of size 1 any stride is right.
  if (columns === 1) columnStride = 1;
  else if (rows === 1 && columnStride !== 1) rowStride = 1;
  let { strides } = x;
  const isReadable = rowStride === 1 || columnStride === 1;
  if (!isReadable) {
    strides = null;
    rowStride = columns;
    columnStride = 1;
  }
  const address = isReadable ? engine.addressOf(x) : engine.contiguous(x);
  const read = { address, rows, columns, rowStride, columnStride, strides };
  return isTransposed ? transpose(read) : read;
}

/** The matrices transposed, in the same place. */
export function transpose(x: Matrices): Matrices {
  const { rows, columns, rowStride, columnStride } = x;
  return {
    ...x,
    rows: columns,
    columns: rows,
    rowStride: columnStride,
    columnStride: rowStride,
  };
}

/** One matrix that lies in one piece. */
export const rowMajor = (address: number, rows: number, columns: number): Matrices => ({
  address,
  rows,
  columns,
  rowStride: columns,
  columnStride: 1,
  strides: null,
});

/** Stores one product, or `size0`·`size1` of them with the strides of each operand along those axes. */
export function multiply(
  engine: Engine,
  a: Matrices,
  b: Matrices,
  address: number,
  size0 = 1,
  size1 = 1,
  [a0, a1] = [0, 0],
  [b0, b1] = [0, 0],
): void {
  engine.kernels.matmul(
    a.rows,
    b.columns,
    a.columns,
    a.address,
    a.rowStride,
    a.columnStride,
    b.address,
    b.rowStride,
    b.columnStride,
    address,
    size0,
    size1,
    a0,
    a1,
    b0,
    b1,
  );
}

function multiplyBatch(
  engine: Engine,
  batch: Shape,
  [a, left]: readonly [CpuTensor, Matrices],
  [b, right]: readonly [CpuTensor, Matrices],
  address: number,
): void {
  const stridesAlong = (x: CpuTensor, { strides }: Matrices) =>
    broadcastStrides(x.shape.slice(0, -2), (strides ?? stridesOf(x.shape)).slice(0, -2), batch);
  const axes = mergeAxes(batch, [stridesAlong(a, left), stridesAlong(b, right)]);
  const [count] = axes.sizes;
  const [aStrides, bStrides] = axes.strides as [number[], number[]];
  if (
    axes.sizes.length === 1 &&
    bStrides[0] === 0 &&
    aStrides[0] === left.rows * left.rowStride &&
    left.columnStride === 1
  ) {
    // Many matrices times one are one tall matrix times it.
    multiply(engine, { ...left, rows: left.rows * count! }, right, address);
    return;
  }
  const at = (values: readonly number[], fromEnd: number, missing: number) =>
    values[values.length - fromEnd] ?? missing;
  const pair = (values: readonly number[], missing: number): [number, number] => [
    at(values, 2, missing),
    at(values, 1, missing),
  ];
  const [size0, size1] = pair(axes.sizes, 1);
  const bytes = size0 * size1 * left.rows * right.columns * 4;
  forEachOuter(axes, 2, ([i, j], position) =>
    multiply(
      engine,
      { ...left, address: left.address + i! * 4 },
      { ...right, address: right.address + j! * 4 },
      address + position * bytes,
      size0,
      size1,
      pair(aStrides, 0),
      pair(bStrides, 0),
    ),
  );
}
