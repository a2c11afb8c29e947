import { multiplyAdd, storeLanes, sumOfLanes } from "./lanes";
import { parallel, threadCount } from "./pool";

/** A row vector times a matrix, `[1, k] × [k, n]`. Strides in bytes. */

@unmanaged
class Job {
  k: i32 = 0;
  n: i32 = 0;
  x: usize = 0;
  xStride: usize = 0;
  b: usize = 0;
  strip: i32 = 0;
  /** From one row to the next, or, where columns are contiguous, from one column to the next. */
  bStride: usize = 0;
  y: usize = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

/** Columns that a thread computes together: long pieces of each row, whose sums still stay in the first cache. */
const LONGEST_STRIP = 512;
const SHORTEST_STRIP = 128;

function setJob(
  k: i32,
  n: i32,
  x: usize,
  xStride: usize,
  b: usize,
  bStride: usize,
  y: usize,
): void {
  job.k = k;
  job.n = n;
  job.x = x;
  job.xStride = xStride;
  job.b = b;
  job.bStride = bStride;
  job.y = y;
}

/** With contiguous rows of B: a sum of rows. */
export function multiplyRows(
  k: i32,
  n: i32,
  x: usize,
  xStride: usize,
  b: usize,
  bRow: usize,
  y: usize,
): void {
  setJob(k, n, x, xStride, b, bRow, y);
  const share = threadCount() == 1 ? n : n / (3 * threadCount());
  job.strip = max(SHORTEST_STRIP, min(LONGEST_STRIP, (share + 15) & ~15));
  parallel(rowStrips, (n + job.strip - 1) / job.strip, 0.1 * <f32>job.strip * <f32>k);
}

function rowStrips(begin: i32, end: i32): void {
  for (let strip = begin; strip < end; strip++) {
    const column = strip * job.strip;
    const start = (<usize>column) << 2;
    const width = min(job.strip, job.n - column);
    sumOfRows(job.k, width, job.x, job.xStride, job.b + start, job.bStride, job.y + start);
  }
}

/** y = Σ xᵢ·bᵢ over `k` rows of `width` elements, by one thread. */
export function sumOfRows(
  k: i32,
  width: i32,
  x: usize,
  xStride: usize,
  b: usize,
  bRow: usize,
  y: usize,
): void {
  memory.fill(y, 0, (<usize>width) << 2);
  for (; k >= 4; k -= 4, x += 4 * xStride, b += 4 * bRow)
    addFourRows(width, x, xStride, b, bRow, y);
  for (; k > 0; k--, x += xStride, b += bRow) addRow(width, v128.load32_splat(x), b, y);
}

function addFourRows(width: i32, x: usize, xStride: usize, b: usize, bRow: usize, y: usize): void {
  const x0 = v128.load32_splat(x);
  const x1 = v128.load32_splat(x + xStride);
  const x2 = v128.load32_splat(x + 2 * xStride);
  const x3 = v128.load32_splat(x + 3 * xStride);
  let b0 = b;
  let b1 = b0 + bRow;
  let b2 = b1 + bRow;
  let b3 = b2 + bRow;
  for (let left = width; left > 0; left -= 4, b0 += 16, b1 += 16, b2 += 16, b3 += 16, y += 16) {
    let sum = multiplyAdd(x0, v128.load(b0), v128.load(y));
    sum = multiplyAdd(x1, v128.load(b1), sum);
    sum = multiplyAdd(x2, v128.load(b2), sum);
    sum = multiplyAdd(x3, v128.load(b3), sum);
    storeLanes(y, sum, min(left, 4));
  }
}

// @inline
function addRow(width: i32, factor: v128, b: usize, y: usize): void {
  for (let left = width; left > 0; left -= 4, b += 16, y += 16)
    storeLanes(y, multiplyAdd(factor, v128.load(b), v128.load(y)), min(left, 4));
}

/** With contiguous columns of B, and x contiguous: dot products. */
export function multiplyColumns(
  k: i32,
  n: i32,
  x: usize,
  b: usize,
  bColumn: usize,
  y: usize,
): void {
  setJob(k, n, x, 4, b, bColumn, y);
  parallel(columnQuads, (n + 3) / 4, 5 + 0.3 * <f32>k);
}

function columnQuads(begin: i32, end: i32): void {
  const first = begin * 4;
  const count = min(end * 4, job.n) - first;
  const b = job.b + <usize>first * job.bStride;
  dotProducts(job.k, count, job.x, b, job.bStride, job.y + ((<usize>first) << 2));
}

/** yⱼ = x·bⱼ for `count` vectors of `k` elements, by one thread. */
export function dotProducts(
  k: i32,
  count: i32,
  x: usize,
  b: usize,
  bStride: usize,
  y: usize,
): void {
  for (; count >= 4; count -= 4, b += 4 * bStride, y += 16) fourDotProducts(k, x, b, bStride, y);
  for (; count > 0; count--, b += bStride, y += 4) store<f32>(y, dotProduct(k, x, b));
}

function fourDotProducts(k: i32, x: usize, b: usize, bStride: usize, y: usize): void {
  let b0 = b;
  let b1 = b0 + bStride;
  let b2 = b1 + bStride;
  let b3 = b2 + bStride;
  let even0 = f32x4.splat(0);
  let even1 = f32x4.splat(0);
  let even2 = f32x4.splat(0);
  let even3 = f32x4.splat(0);
  let odd0 = f32x4.splat(0);
  let odd1 = f32x4.splat(0);
  let odd2 = f32x4.splat(0);
  let odd3 = f32x4.splat(0);
  for (; k >= 8; k -= 8, x += 32, b0 += 32, b1 += 32, b2 += 32, b3 += 32) {
    const even = v128.load(x);
    const odd = v128.load(x, 16);
    even0 = multiplyAdd(even, v128.load(b0), even0);
    even1 = multiplyAdd(even, v128.load(b1), even1);
    even2 = multiplyAdd(even, v128.load(b2), even2);
    even3 = multiplyAdd(even, v128.load(b3), even3);
    odd0 = multiplyAdd(odd, v128.load(b0, 16), odd0);
    odd1 = multiplyAdd(odd, v128.load(b1, 16), odd1);
    odd2 = multiplyAdd(odd, v128.load(b2, 16), odd2);
    odd3 = multiplyAdd(odd, v128.load(b3, 16), odd3);
  }
  let y0 = sumOfLanes(f32x4.add(even0, odd0));
  let y1 = sumOfLanes(f32x4.add(even1, odd1));
  let y2 = sumOfLanes(f32x4.add(even2, odd2));
  let y3 = sumOfLanes(f32x4.add(even3, odd3));
  for (let at: usize = 0; k > 0; k--, at += 4) {
    const factor = load<f32>(x + at);
    y0 += factor * load<f32>(b0 + at);
    y1 += factor * load<f32>(b1 + at);
    y2 += factor * load<f32>(b2 + at);
    y3 += factor * load<f32>(b3 + at);
  }
  store<f32>(y, y0);
  store<f32>(y, y1, 4);
  store<f32>(y, y2, 8);
  store<f32>(y, y3, 12);
}

/** Rounded as in `fourDotProducts`, so that a column's result does not depend on how columns are grouped. */
function dotProduct(k: i32, x: usize, b: usize): f32 {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  for (; k >= 8; k -= 8, x += 32, b += 32) {
    even = multiplyAdd(v128.load(x), v128.load(b), even);
    odd = multiplyAdd(v128.load(x, 16), v128.load(b, 16), odd);
  }
  let y = sumOfLanes(f32x4.add(even, odd));
  for (; k > 0; k--, x += 4, b += 4) y += load<f32>(x) * load<f32>(b);
  return y;
}
