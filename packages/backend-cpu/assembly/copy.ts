import { storeLanes } from "./lanes";
import { parallel } from "./pool";

/** Copies between views of any strides, over three axes; the target is contiguous along the innermost. */

@unmanaged
class Edges {
  y: usize = 0;
  before: usize = 0;
  size: usize = 0;
  after: usize = 0;
}
const edges = changetype<Edges>(memory.data(offsetof<Edges>()));

@unmanaged
class Job {
  x: usize = 0;
  /** Strides in bytes. */
  xStride0: usize = 0;
  xStride1: usize = 0;
  xStride2: usize = 0;
  y: usize = 0;
  yStride0: usize = 0;
  yStride1: usize = 0;
  size1: i32 = 0;
  size2: i32 = 0;
  /** Blocks of rows in each plane, of a transposing copy. */
  blocks: i32 = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

/** Rows of a block of a transposing copy: as many floats as a cache line holds. */
const BLOCK = 16;

/** Strides in elements. */
export function copy(
  x: usize,
  xStride0: i32,
  xStride1: i32,
  xStride2: i32,
  y: usize,
  yStride0: i32,
  yStride1: i32,
  size0: i32,
  size1: i32,
  size2: i32,
): void {
  job.x = x;
  job.xStride0 = (<usize>xStride0) << 2;
  job.xStride1 = (<usize>xStride1) << 2;
  job.xStride2 = (<usize>xStride2) << 2;
  job.y = y;
  job.yStride0 = (<usize>yStride0) << 2;
  job.yStride1 = (<usize>yStride1) << 2;
  job.size1 = size1;
  job.size2 = size2;
  if (size0 == 0 || size1 == 0 || size2 == 0) return;
  if (xStride1 == 1 && xStride2 > 1) {
    job.blocks = (size1 + BLOCK - 1) / BLOCK;
    parallel(transposeBlocks, size0 * job.blocks, 0.4 * <f32>(BLOCK * size2));
  } else if (size0 * size1 == 1 && xStride2 == 1) {
    parallel(copyElements, size2, 0.15);
  } else parallel(copyRows, size0 * size1, 5 + (xStride2 == 1 ? 0.15 : 0.5) * <f32>size2);
}

function copyElements(begin: i32, end: i32): void {
  memory.copy(
    job.y + ((<usize>begin) << 2),
    job.x + ((<usize>begin) << 2),
    (<usize>(end - begin)) << 2,
  );
}

function copyRows(begin: i32, end: i32): void {
  const size = job.size2;
  const stride = job.xStride2;
  for (let row = begin; row < end; row++) {
    const i = <usize>(row / job.size1);
    const j = <usize>(row % job.size1);
    let x = job.x + i * job.xStride0 + j * job.xStride1;
    let y = job.y + i * job.yStride0 + j * job.yStride1;
    if (stride == 4) {
      if (size >= 64) memory.copy(y, x, (<usize>size) << 2);
      else
        for (let left = size; left > 0; left -= 4, x += 16, y += 16)
          storeLanes(y, v128.load(x), min(left, 4));
    } else for (let left = size; left > 0; left--, x += stride, y += 4) store<f32>(y, load<f32>(x));
  }
}

/** Planes whose rows in the target are columns in the source: in squares of 4 × 4. */
function transposeBlocks(begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) {
    const plane = <usize>(item / job.blocks);
    const block = item % job.blocks;
    const rows = min(BLOCK, job.size1 - block * BLOCK);
    const x = job.x + plane * job.xStride0 + ((<usize>(block * BLOCK)) << 2);
    const y = job.y + plane * job.yStride0 + <usize>(block * BLOCK) * job.yStride1;
    for (let column = 0; column < job.size2; column += 4)
      for (let row = 0; row < rows; row += 4)
        transposeSquare(
          x + <usize>column * job.xStride2 + ((<usize>row) << 2),
          y + <usize>row * job.yStride1 + ((<usize>column) << 2),
          min(4, rows - row),
          min(4, job.size2 - column),
        );
  }
}

/** y[r][c] = x[c][r] of up to 4 × 4 elements. */
// @inline
function transposeSquare(x: usize, y: usize, rows: i32, columns: i32): void {
  const xStride = job.xStride2;
  const yStride = job.yStride1;
  if (rows == 4 && columns == 4) {
    transpose4(x, xStride, y, yStride);
    return;
  }
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      store<f32>(
        y + <usize>r * yStride + ((<usize>c) << 2),
        load<f32>(x + <usize>c * xStride + ((<usize>r) << 2)),
      );
}

/** y[r][c] = x[c][r] of 4 × 4 elements; strides in bytes. */
// @inline
export function transpose4(x: usize, xStride: usize, y: usize, yStride: usize): void {
  const x0 = v128.load(x);
  const x1 = v128.load(x + xStride);
  const x2 = v128.load(x + 2 * xStride);
  const x3 = v128.load(x + 3 * xStride);
  const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(y + yStride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(y + 2 * yStride, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(y + 3 * yStride, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/** Zeros at the beginning and at the end of each row of a contiguous `[rows, before + size + after]`. */
export function clearEdges(y: usize, rows: i32, before: i32, size: i32, after: i32): void {
  edges.y = y;
  edges.before = (<usize>before) << 2;
  edges.size = (<usize>size) << 2;
  edges.after = (<usize>after) << 2;
  parallel(clearRows, rows, 10 + 0.1 * <f32>(before + after));
}

function clearRows(begin: i32, end: i32): void {
  const bytes = edges.before + edges.size + edges.after;
  for (let row = begin; row < end; row++) {
    const y = edges.y + <usize>row * bytes;
    memory.fill(y, 0, edges.before);
    memory.fill(y + edges.before + edges.size, 0, edges.after);
  }
}

/** Zeros. */
export function clear(y: usize, bytes: usize): void {
  memory.fill(y, 0, bytes);
}
