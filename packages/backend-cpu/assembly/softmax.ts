import { firstLanes, multiplyAdd, storeLanes, sumOfLanes } from "./lanes";
import { exp, log } from "./math";
import { parallel } from "./pool";
import { rowPeak, rowSum } from "./reduce";

/** Softmax and its logarithm over the rows of a contiguous `[rows, size]`, and their derivatives. */

@unmanaged
class Job {
  x: usize = 0;
  /** The gradient of the output, in a backward pass. */
  gradient: usize = 0;
  y: usize = 0;
  size: i32 = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

// @inline
function run(
  body: (begin: i32, end: i32) => void,
  gradient: usize,
  x: usize,
  y: usize,
  rows: i32,
  size: i32,
): void {
  job.gradient = gradient;
  job.x = x;
  job.y = y;
  job.size = size;
  parallel(body, rows, 20 + 1.2 * <f32>size);
}

/** The bytes from the beginning of a row to that of the next. */
// @inline
function rowBytes(): usize {
  return (<usize>job.size) << 2;
}

/** y = e^x / Σ e^x */
export function softmax(x: usize, y: usize, rows: i32, size: i32): void {
  run(softmaxRows, 0, x, y, rows, size);
}

function softmaxRows(begin: i32, end: i32): void {
  const bytes = rowBytes();
  for (let row = begin; row < end; row++) {
    const x = job.x + <usize>row * bytes;
    const y = job.y + <usize>row * bytes;
    const sum = expRow(x, y, job.size, rowPeak(x, job.size), 1);
    scaleRow(y, y, job.size, 1 / sum);
  }
}

/** Terms of a sum that are added in float32 before they are added in float64. */
const BLOCK = 1024;

/** y = e^(scale·(x − shift)) along a row; returns the sum of it. x may be y. */
export function expRow(x: usize, y: usize, size: i32, shift: f32, scale: f32): f32 {
  const minus = f32x4.splat(shift);
  const factor = f32x4.splat(scale);
  let total: f64 = 0;
  for (let start = 0; start < size; start += BLOCK) {
    let sum = f32x4.splat(0);
    let left = min(BLOCK, size - start);
    for (; left >= 4; left -= 4, x += 16, y += 16) {
      const e = exp(f32x4.mul(f32x4.sub(v128.load(x), minus), factor));
      sum = f32x4.add(sum, e);
      v128.store(y, e);
    }
    if (left) {
      const e = exp(f32x4.mul(f32x4.sub(v128.load(x), minus), factor));
      sum = f32x4.add(sum, v128.and(e, firstLanes(left)));
      storeLanes(y, e, left);
    }
    total += <f64>sumOfLanes(sum);
  }
  return <f32>total;
}

/** Σ e^(x − shift) along a row. */
export function expSum(x: usize, size: i32, shift: f32): f32 {
  const minus = f32x4.splat(shift);
  let total: f64 = 0;
  for (let start = 0; start < size; start += BLOCK) {
    let sum = f32x4.splat(0);
    let left = min(BLOCK, size - start);
    for (; left >= 4; left -= 4, x += 16) sum = f32x4.add(sum, exp(f32x4.sub(v128.load(x), minus)));
    if (left) sum = f32x4.add(sum, v128.and(exp(f32x4.sub(v128.load(x), minus)), firstLanes(left)));
    total += <f64>sumOfLanes(sum);
  }
  return <f32>total;
}

/** y = x · factor along a row. x may be y. */
export function scaleRow(x: usize, y: usize, size: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  for (const end = x + ((<usize>(size & ~3)) << 2); x < end; x += 16, y += 16)
    v128.store(y, f32x4.mul(v128.load(x), f));
  if (size & 3) storeLanes(y, f32x4.mul(v128.load(x), f), size & 3);
}

/** x′ = y·(g − Σ g·y) */
export function softmaxBackward(gradient: usize, y: usize, dx: usize, rows: i32, size: i32): void {
  run(softmaxBackwardRows, gradient, y, dx, rows, size);
}

function softmaxBackwardRows(begin: i32, end: i32): void {
  const bytes = rowBytes();
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * bytes;
    softmaxBackwardRow(job.gradient + offset, job.x + offset, job.y + offset, job.size, 1);
  }
}

/** dx = scale·y·(g − Σ g·y) along a row. dx may be g. */
export function softmaxBackwardRow(
  gradient: usize,
  y: usize,
  dx: usize,
  size: i32,
  scale: f32,
): void {
  const minus = f32x4.splat(dotRow(gradient, y, size));
  const factor = f32x4.splat(scale);
  for (let left = size; left > 0; left -= 4, gradient += 16, y += 16, dx += 16) {
    const centred = f32x4.sub(v128.load(gradient), minus);
    storeLanes(dx, f32x4.mul(f32x4.mul(factor, v128.load(y)), centred), min(left, 4));
  }
}

/** Σ a·b along a row. */
function dotRow(a: usize, b: usize, size: i32): f32 {
  let sum = f32x4.splat(0);
  for (const end = a + ((<usize>(size & ~3)) << 2); a < end; a += 16, b += 16)
    sum = multiplyAdd(v128.load(a), v128.load(b), sum);
  const left = size & 3;
  if (left) {
    const product = f32x4.mul(v128.load(a), v128.load(b));
    sum = f32x4.add(sum, v128.and(product, firstLanes(left)));
  }
  return sumOfLanes(sum);
}

/** y = x − log Σ e^x */
export function logSoftmax(x: usize, y: usize, rows: i32, size: i32): void {
  run(logSoftmaxRows, 0, x, y, rows, size);
}

function logSoftmaxRows(begin: i32, end: i32): void {
  const bytes = rowBytes();
  for (let row = begin; row < end; row++) {
    let x = job.x + <usize>row * bytes;
    let y = job.y + <usize>row * bytes;
    const largest = rowPeak(x, job.size);
    const sum = expSum(x, job.size, largest);
    const minus = f32x4.splat(largest);
    const logSum = log(f32x4.splat(sum));
    for (let left = job.size; left > 0; left -= 4, x += 16, y += 16)
      storeLanes(y, f32x4.sub(f32x4.sub(v128.load(x), minus), logSum), min(left, 4));
  }
}

/** x′ = g − e^y·Σ g */
export function logSoftmaxBackward(
  gradient: usize,
  y: usize,
  dx: usize,
  rows: i32,
  size: i32,
): void {
  run(logSoftmaxBackwardRows, gradient, y, dx, rows, size);
}

function logSoftmaxBackwardRows(begin: i32, end: i32): void {
  const bytes = rowBytes();
  for (let row = begin; row < end; row++) {
    let gradient = job.gradient + <usize>row * bytes;
    let y = job.x + <usize>row * bytes;
    let dx = job.y + <usize>row * bytes;
    const sum = f32x4.splat(<f32>rowSum(gradient, job.size));
    for (let left = job.size; left > 0; left -= 4, gradient += 16, y += 16, dx += 16) {
      const share = f32x4.mul(exp(v128.load(y)), sum);
      storeLanes(dx, f32x4.sub(v128.load(gradient), share), min(left, 4));
    }
  }
}
