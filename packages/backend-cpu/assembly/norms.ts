import { firstLanes, multiplyAdd, storeLanes, sumOfLanes } from "./lanes";
import { parallel } from "./pool";
import { rowSum } from "./reduce";

/**
 * Layer normalisation and RMS normalisation over rows of a contiguous `[rows, size]`: x̂ = (x − μ)·s, y = x̂·gain + bias,
 * where RMS normalisation has no mean (μ = 0) and no bias. The backward pass computes the statistics of a row again:
 * it has the row in its cache anyway.
 */

@unmanaged
class Job {
  x: usize = 0;
  gain: usize = 0;
  /** 0 for none. */
  bias: usize = 0;
  gradient: usize = 0;
  y: usize = 0;
  size: i32 = 0;
  epsilon: f32 = 0;
  isCentred: bool = false;
  /** Sums of each part of the rows, for the gradients of gain and bias. */
  partials: usize = 0;
  rows: i32 = 0;
  partRows: i32 = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

/** The number of parts depends on the shape alone, so that the sums over them do. */
const PARTS = 32;
const PART_ROWS = 16;

// @inline
function meanOf(x: usize): f32 {
  return job.isCentred ? <f32>(rowSum(x, job.size) / <f64>job.size) : 0;
}

/** 1 / √(mean((x − μ)²) + ε) */
// @inline
function inverseDeviation(x: usize, mean: f32): f32 {
  const minus = f32x4.splat(mean);
  let sum = f32x4.splat(0);
  let left = job.size;
  for (; left >= 4; left -= 4, x += 16) {
    const d = f32x4.sub(v128.load(x), minus);
    sum = multiplyAdd(d, d, sum);
  }
  if (left) {
    const d = v128.and(f32x4.sub(v128.load(x), minus), firstLanes(left));
    sum = multiplyAdd(d, d, sum);
  }
  return 1 / sqrt<f32>(sumOfLanes(sum) / <f32>job.size + job.epsilon);
}

/** `bias` is 0 for none. */
export function normalize(
  x: usize,
  gain: usize,
  bias: usize,
  y: usize,
  rows: i32,
  size: i32,
  epsilon: f32,
  isCentred: bool,
): void {
  job.x = x;
  job.gain = gain;
  job.bias = bias;
  job.y = y;
  job.size = size;
  job.epsilon = epsilon;
  job.isCentred = isCentred;
  parallel(normalizeRows, rows, 20 + 0.8 * <f32>size);
}

function normalizeRows(begin: i32, end: i32): void {
  const bytes = (<usize>job.size) << 2;
  for (let row = begin; row < end; row++) {
    let x = job.x + <usize>row * bytes;
    let y = job.y + <usize>row * bytes;
    const mean = meanOf(x);
    const minus = f32x4.splat(mean);
    const factor = f32x4.splat(inverseDeviation(x, mean));
    let gain = job.gain;
    let bias = job.bias;
    for (let left = job.size; left > 0; left -= 4, x += 16, y += 16, gain += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x), minus), factor);
      let result = f32x4.mul(normal, v128.load(gain));
      if (bias) {
        result = f32x4.add(result, v128.load(bias));
        bias += 16;
      }
      storeLanes(y, result, min(left, 4));
    }
  }
}

// @inline
function partRowsOf(rows: i32): i32 {
  return max(PART_ROWS, (rows + PARTS - 1) / PARTS);
}

// @inline
function partsOf(rows: i32): i32 {
  const partRows = partRowsOf(rows);
  return (rows + partRows - 1) / partRows;
}

/** Bytes of the sums of one part for the gradient of the gain, or of the bias: whole vectors. */
// @inline
function partialBytes(size: i32): usize {
  return (<usize>(size + 3) >> 2) << 4;
}

/** Floats that `normalizeBackward` needs meanwhile. */
export function normalizeWorkspace(rows: i32, size: i32): usize {
  return (<usize>(2 * partsOf(rows)) * partialBytes(size)) >> 2;
}

/** `dBias` is 0 where there is no bias. */
export function normalizeBackward(
  gradient: usize,
  x: usize,
  gain: usize,
  dx: usize,
  dGain: usize,
  dBias: usize,
  rows: i32,
  size: i32,
  epsilon: f32,
  isCentred: bool,
  workspace: usize,
): void {
  job.gradient = gradient;
  job.x = x;
  job.gain = gain;
  job.y = dx;
  job.size = size;
  job.epsilon = epsilon;
  job.isCentred = isCentred;
  job.partials = workspace;
  job.rows = rows;
  job.partRows = partRowsOf(rows);
  const parts = partsOf(rows);
  parallel(normalizeBackwardParts, parts, 1.2 * <f32>(size * job.partRows));
  sumPartials(workspace, parts, dGain);
  if (dBias) sumPartials(workspace + partialBytes(size), parts, dBias);
}

function sumPartials(partials: usize, parts: i32, y: usize): void {
  const stride: usize = 2 * partialBytes(job.size);
  for (let left = job.size; left > 0; left -= 4, partials += 16, y += 16) {
    let sum = f32x4.splat(0);
    for (let part = 0; part < parts; part++)
      sum = f32x4.add(sum, v128.load(partials + <usize>part * stride));
    storeLanes(y, sum, min(left, 4));
  }
}

function normalizeBackwardParts(begin: i32, end: i32): void {
  const bytes = partialBytes(job.size);
  for (let part = begin; part < end; part++) {
    const gainSums = job.partials + <usize>(2 * part) * bytes;
    memory.fill(gainSums, 0, 2 * bytes);
    const last = min((part + 1) * job.partRows, job.rows);
    for (let row = part * job.partRows; row < last; row++)
      normalizeBackwardRow(row, gainSums, gainSums + bytes);
  }
}

/** dx = s·(ĝ − mean(ĝ) − x̂·mean(ĝ·x̂)) with ĝ = gradient·gain; without centring there is no mean(ĝ). */
// @inline
function normalizeBackwardRow(row: i32, gainSums: usize, biasSums: usize): void {
  const offset = (<usize>row * <usize>job.size) << 2;
  const x = job.x + offset;
  const gradient = job.gradient + offset;
  const mean = meanOf(x);
  const deviation = inverseDeviation(x, mean);
  const minus = f32x4.splat(mean);
  const factor = f32x4.splat(deviation);
  let gradients = f32x4.splat(0);
  let products = f32x4.splat(0);
  let at: usize = 0;
  for (let left = job.size; left > 0; left -= 4, at += 16) {
    const isElement = firstLanes(min(left, 4));
    const g = v128.and(v128.load(gradient + at), isElement);
    const normal = v128.and(f32x4.mul(f32x4.sub(v128.load(x + at), minus), factor), isElement);
    const scaled = f32x4.mul(g, v128.and(v128.load(job.gain + at), isElement));
    gradients = f32x4.add(gradients, scaled);
    products = multiplyAdd(scaled, normal, products);
    v128.store(gainSums + at, multiplyAdd(g, normal, v128.load(gainSums + at)));
    v128.store(biasSums + at, f32x4.add(g, v128.load(biasSums + at)));
  }
  const size = <f32>job.size;
  const meanGradient = f32x4.splat(job.isCentred ? sumOfLanes(gradients) / size : 0);
  const meanProduct = f32x4.splat(sumOfLanes(products) / size);
  const dx = job.y + offset;
  at = 0;
  for (let left = job.size; left > 0; left -= 4, at += 16) {
    const normal = f32x4.mul(f32x4.sub(v128.load(x + at), minus), factor);
    const scaled = f32x4.mul(v128.load(gradient + at), v128.load(job.gain + at));
    const rest = f32x4.sub(f32x4.sub(scaled, meanGradient), f32x4.mul(normal, meanProduct));
    storeLanes(dx + at, f32x4.mul(factor, rest), min(left, 4));
  }
}
