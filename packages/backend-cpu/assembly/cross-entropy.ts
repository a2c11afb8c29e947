import { log } from "./math";
import { parallel } from "./pool";
import { rowPeak } from "./reduce";
import { expRow, expSum, scaleRow } from "./softmax";

/**
 * −log softmax(logits)[target] of each row of contiguous logits `[rows, classes]`. A row with a negative target costs
 * nothing; the loss of a class that does not exist is NaN.
 */

@unmanaged
class Job {
  logits: usize = 0;
  targets: usize = 0;
  /** The gradient of each loss, in the backward pass. */
  gradient: usize = 0;
  y: usize = 0;
  classes: i32 = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

// @inline
function setJob(logits: usize, targets: usize, gradient: usize, y: usize, classes: i32): void {
  job.logits = logits;
  job.targets = targets;
  job.gradient = gradient;
  job.y = y;
  job.classes = classes;
}

export function crossEntropy(
  logits: usize,
  targets: usize,
  loss: usize,
  rows: i32,
  classes: i32,
): void {
  setJob(logits, targets, 0, loss, classes);
  parallel(lossRows, rows, 20 + 1.2 * <f32>classes);
}

function lossRows(begin: i32, end: i32): void {
  for (let row = begin; row < end; row++) store<f32>(job.y + ((<usize>row) << 2), lossOf(row));
}

// @inline
function targetOf(row: i32): f32 {
  return load<f32>(job.targets + ((<usize>row) << 2));
}

// @inline
function logitsOf(row: i32): usize {
  return job.logits + ((<usize>row * <usize>job.classes) << 2);
}

// @inline
function lossOf(row: i32): f32 {
  const target = targetOf(row);
  if (target < 0) return 0;
  if (!(target < <f32>job.classes)) return NaN;
  const x = logitsOf(row);
  const largest = rowPeak(x, job.classes);
  const logSum = f32x4.extract_lane(log(f32x4.splat(expSum(x, job.classes, largest))), 0);
  return logSum + (largest - load<f32>(x + ((<usize>target) << 2)));
}

/** (softmax(logits) − onehot(target)) · gradient of the row's loss */
export function crossEntropyBackward(
  gradient: usize,
  logits: usize,
  targets: usize,
  y: usize,
  rows: i32,
  classes: i32,
): void {
  setJob(logits, targets, gradient, y, classes);
  parallel(gradientRows, rows, 20 + 1.4 * <f32>classes);
}

function gradientRows(begin: i32, end: i32): void {
  const bytes = (<usize>job.classes) << 2;
  for (let row = begin; row < end; row++) {
    const target = targetOf(row);
    const y = job.y + <usize>row * bytes;
    if (!(target >= 0 && target < <f32>job.classes)) {
      memory.fill(y, 0, bytes);
      continue;
    }
    const x = logitsOf(row);
    const gradient = load<f32>(job.gradient + ((<usize>row) << 2));
    const sum = expRow(x, y, job.classes, rowPeak(x, job.classes), 1);
    scaleRow(y, y, job.classes, gradient / sum);
    const chosen = y + ((<usize>target) << 2);
    store<f32>(chosen, load<f32>(chosen) - gradient);
  }
}
