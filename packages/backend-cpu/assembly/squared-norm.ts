import { firstLanes, multiplyAdd, sumOfLanes } from "./lanes";
import { parallel } from "./pool";

/** Σ x²: sums of blocks in float32 vectors, added up in float64. The blocks depend on the size alone. */

const BLOCK = 4096;

@unmanaged
class Job {
  x: usize = 0;
  size: i32 = 0;
  partials: usize = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

/** Floats that `squaredNorm` needs meanwhile, for the float64 sums of the blocks. */
export function squaredNormWorkspace(size: i32): i32 {
  return 2 * ((size + BLOCK - 1) / BLOCK);
}

export function squaredNorm(x: usize, y: usize, size: i32, workspace: usize): void {
  job.x = x;
  job.size = size;
  job.partials = workspace;
  const blocks = (size + BLOCK - 1) / BLOCK;
  parallel(sumSquares, blocks, 0.1 * <f32>BLOCK);
  let total: f64 = 0;
  for (let block = 0; block < blocks; block++)
    total += load<f64>(workspace + ((<usize>block) << 3));
  store<f32>(y, <f32>total);
}

function sumSquares(begin: i32, end: i32): void {
  for (let block = begin; block < end; block++) {
    const x = job.x + ((<usize>(block * BLOCK)) << 2);
    const sum = blockSum(x, min(BLOCK, job.size - block * BLOCK));
    store<f64>(job.partials + ((<usize>block) << 3), <f64>sum);
  }
}

// @inline
function blockSum(x: usize, size: i32): f32 {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let sum2 = f32x4.splat(0);
  let sum3 = f32x4.splat(0);
  for (const end = x + ((<usize>(size & ~15)) << 2); x < end; x += 64) {
    sum0 = addSquare(sum0, v128.load(x));
    sum1 = addSquare(sum1, v128.load(x, 16));
    sum2 = addSquare(sum2, v128.load(x, 32));
    sum3 = addSquare(sum3, v128.load(x, 48));
  }
  for (let left = size & 15; left > 0; left -= 4, x += 16)
    sum0 = addSquare(sum0, v128.and(v128.load(x), firstLanes(min(left, 4))));
  return sumOfLanes(f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3)));
}

// @inline
function addSquare(sum: v128, x: v128): v128 {
  return multiplyAdd(x, x, sum);
}
