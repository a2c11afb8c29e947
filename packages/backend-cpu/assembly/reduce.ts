import { constant, firstLanes, maxOfLanes, storeLanes, sumOfLanes } from "./lanes";
import { MAX, SUM } from "./op-codes";
import { parallel } from "./pool";

/**
 * Sums and maxima along the middle of three axes, `[outer, size, inner]`, of a tensor in one piece.
 *
 * Long sums are sums of sums: vectors of float32 within a block, blocks added up in float64 (along a row) or one after
 * another (down a column). The blocks depend on the shape alone.
 */

/** Elements of a row, or rows of a column, that make a block. */
const ROW_BLOCK = 4096;
const COLUMN_BLOCK = 256;
/** Columns that are reduced together: eight vectors, two cache lines. */
const STRIP = 32;

const MINUS_INFINITY = memory.data<f32>([-Infinity]);

@unmanaged
class Job {
  x: usize = 0;
  y: usize = 0;
  size: i32 = 0;
  inner: i32 = 0;
  strips: i32 = 0;
  blocks: i32 = 0;
  partials: usize = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

/** Floats that `reduce` needs meanwhile, for the float64 partial results of rows that several threads share. */
export function reduceWorkspace(outer: i32, size: i32, inner: i32): i32 {
  return inner == 1 && sharesRows(outer, size) ? 2 * outer * blocksOf(size) : 0;
}

// @inline
function blocksOf(size: i32): i32 {
  return (size + ROW_BLOCK - 1) / ROW_BLOCK;
}

/** Whether rows are so few and so long that threads share each of them. */
// @inline
function sharesRows(outer: i32, size: i32): bool {
  return outer < 16 && blocksOf(size) > 2;
}

export function reduce(
  code: i32,
  x: usize,
  y: usize,
  outer: i32,
  size: i32,
  inner: i32,
  workspace: usize,
): void {
  job.x = x;
  job.y = y;
  job.size = size;
  job.inner = inner;
  if (inner != 1) {
    job.strips = (inner + STRIP - 1) / STRIP;
    const strip = <f32>min(inner, STRIP);
    parallel(
      code == SUM ? sumColumns : maxColumns,
      outer * job.strips,
      20 + 0.1 * strip * <f32>size,
    );
  } else if (sharesRows(outer, size)) {
    job.blocks = blocksOf(size);
    job.partials = workspace;
    parallel(code == SUM ? sumBlocks : maxBlocks, outer * job.blocks, 0.1 * <f32>ROW_BLOCK);
    for (let row = 0; row < outer; row++) {
      const partials = workspace + ((<usize>(row * job.blocks)) << 3);
      let result = load<f64>(partials);
      for (let block = 1; block < job.blocks; block++) {
        const partial = load<f64>(partials + ((<usize>block) << 3));
        result = code == SUM ? result + partial : max(result, partial);
      }
      store<f32>(y + ((<usize>row) << 2), <f32>result);
    }
  } else parallel(code == SUM ? sumRows : maxRows, outer, 10 + 0.1 * <f32>size);
}

// Rows

function sumRows(begin: i32, end: i32): void {
  for (let row = begin; row < end; row++)
    store<f32>(
      job.y + ((<usize>row) << 2),
      <f32>rowSum(job.x + ((<usize>row * <usize>job.size) << 2), job.size),
    );
}

function sumBlocks(begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) {
    const start = (item % job.blocks) * ROW_BLOCK;
    const x = job.x + ((<usize>(item / job.blocks) * <usize>job.size + <usize>start) << 2);
    const size = min(ROW_BLOCK, job.size - start);
    store<f64>(job.partials + ((<usize>item) << 3), rowSum(x, size));
  }
}

/** The sum of a row, its blocks in float64. */
export function rowSum(x: usize, size: i32): f64 {
  let total: f64 = 0;
  for (let start = 0; start < size; start += ROW_BLOCK)
    total += <f64>blockSum(x + ((<usize>start) << 2), min(ROW_BLOCK, size - start));
  return total;
}

// @inline
function blockSum(x: usize, size: i32): f32 {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let sum2 = f32x4.splat(0);
  let sum3 = f32x4.splat(0);
  for (const end = x + ((<usize>(size & ~15)) << 2); x < end; x += 64) {
    sum0 = f32x4.add(sum0, v128.load(x));
    sum1 = f32x4.add(sum1, v128.load(x, 16));
    sum2 = f32x4.add(sum2, v128.load(x, 32));
    sum3 = f32x4.add(sum3, v128.load(x, 48));
  }
  for (let left = size & 15; left > 0; left -= 4, x += 16)
    sum0 = f32x4.add(sum0, v128.and(v128.load(x), firstLanes(min(left, 4))));
  return sumOfLanes(f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3)));
}

function maxRows(begin: i32, end: i32): void {
  for (let row = begin; row < end; row++)
    store<f32>(
      job.y + ((<usize>row) << 2),
      rowMax(job.x + ((<usize>row * <usize>job.size) << 2), job.size),
    );
}

function maxBlocks(begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) {
    const start = (item % job.blocks) * ROW_BLOCK;
    const x = job.x + ((<usize>(item / job.blocks) * <usize>job.size + <usize>start) << 2);
    const size = min(ROW_BLOCK, job.size - start);
    store<f64>(job.partials + ((<usize>item) << 3), <f64>rowMax(x, size));
  }
}

/** The largest element of a row; NaN wins. */
function rowMax(x: usize, size: i32): f32 {
  let isNaN = f32x4.splat(0);
  const largest = rowPeak(x, size);
  for (let left = size; left > 0; left -= 4, x += 16) {
    const value = v128.load(x);
    isNaN = v128.or(isNaN, v128.and(f32x4.ne(value, value), firstLanes(min(left, 4))));
  }
  return v128.any_true(isNaN) ? NaN : largest;
}

/** The largest element of a row that has no NaN. */
export function rowPeak(x: usize, size: i32): f32 {
  let peak0 = constant(MINUS_INFINITY);
  let peak1 = peak0;
  let peak2 = peak0;
  let peak3 = peak0;
  for (const end = x + ((<usize>(size & ~15)) << 2); x < end; x += 64) {
    peak0 = f32x4.pmax(peak0, v128.load(x));
    peak1 = f32x4.pmax(peak1, v128.load(x, 16));
    peak2 = f32x4.pmax(peak2, v128.load(x, 32));
    peak3 = f32x4.pmax(peak3, v128.load(x, 48));
  }
  for (let left = size & 15; left > 0; left -= 4, x += 16) {
    const isElement = firstLanes(min(left, 4));
    const value = v128.bitselect(v128.load(x), constant(MINUS_INFINITY), isElement);
    peak0 = f32x4.pmax(peak0, value);
  }
  return maxOfLanes(f32x4.pmax(f32x4.pmax(peak0, peak1), f32x4.pmax(peak2, peak3)));
}

// Columns

function sumColumns(begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) columnStrip(SUM, item);
}

function maxColumns(begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) columnStrip(MAX, item);
}

/** One strip of columns: eight vectors side by side where there are as many, then one at a time. */
// @inline
function columnStrip(code: i32, item: i32): void {
  const plane = <usize>(item / job.strips);
  const start = (item % job.strips) * STRIP;
  const width = min(STRIP, job.inner - start);
  const stride = (<usize>job.inner) << 2;
  let x = job.x + plane * <usize>job.size * stride + ((<usize>start) << 2);
  let y = job.y + plane * stride + ((<usize>start) << 2);
  if (width == STRIP) wideStrip(code, x, y, stride);
  else
    for (let left = width; left > 0; left -= 4, x += 16, y += 16)
      narrowStrip(code, x, y, stride, min(left, 4));
}

// @inline
function combine(code: i32, a: v128, b: v128): v128 {
  return code == SUM ? f32x4.add(a, b) : f32x4.max(a, b);
}

// @inline
function start(code: i32): v128 {
  return code == SUM ? f32x4.splat(0) : constant(MINUS_INFINITY);
}

// @inline
function wideStrip(code: i32, x: usize, y: usize, stride: usize): void {
  for (let vector: usize = 0; vector < <usize>STRIP * 4; vector += 16)
    v128.store(y + vector, start(code));
  for (let row = 0; row < job.size; row += COLUMN_BLOCK) {
    let r0 = start(code);
    let r1 = r0;
    let r2 = r0;
    let r3 = r0;
    let r4 = r0;
    let r5 = r0;
    let r6 = r0;
    let r7 = r0;
    for (let left = min(COLUMN_BLOCK, job.size - row); left > 0; left--, x += stride) {
      r0 = combine(code, r0, v128.load(x));
      r1 = combine(code, r1, v128.load(x, 16));
      r2 = combine(code, r2, v128.load(x, 32));
      r3 = combine(code, r3, v128.load(x, 48));
      r4 = combine(code, r4, v128.load(x, 64));
      r5 = combine(code, r5, v128.load(x, 80));
      r6 = combine(code, r6, v128.load(x, 96));
      r7 = combine(code, r7, v128.load(x, 112));
    }
    v128.store(y, combine(code, v128.load(y), r0));
    v128.store(y, combine(code, v128.load(y, 16), r1), 16);
    v128.store(y, combine(code, v128.load(y, 32), r2), 32);
    v128.store(y, combine(code, v128.load(y, 48), r3), 48);
    v128.store(y, combine(code, v128.load(y, 64), r4), 64);
    v128.store(y, combine(code, v128.load(y, 80), r5), 80);
    v128.store(y, combine(code, v128.load(y, 96), r6), 96);
    v128.store(y, combine(code, v128.load(y, 112), r7), 112);
  }
}

/** Up to four columns. */
// @inline
function narrowStrip(code: i32, x: usize, y: usize, stride: usize, columns: i32): void {
  let total = start(code);
  for (let row = 0; row < job.size; row += COLUMN_BLOCK) {
    let r = start(code);
    for (let left = min(COLUMN_BLOCK, job.size - row); left > 0; left--, x += stride)
      r = combine(code, r, v128.load(x));
    total = combine(code, total, r);
  }
  storeLanes(y, total, columns);
}
