import { constant } from "./lanes";
import { parallel } from "./pool";

/**
 * Dropout by Philox4x32-10 (Salmon et al., SC 2011): the fate of an element is a function of its index, so the work may be
 * split, and the backward pass draws the same numbers again. Four blocks of four words are computed side by side.
 */

@unmanaged
class Job {
  x: usize = 0;
  y: usize = 0;
  /** Words below it drop their element. */
  threshold: i32 = 0;
  scale: f32 = 0;
  stream0: i32 = 0;
  stream1: i32 = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

const ROUNDS: usize = 10;
/** The two key words of each round. */
const KEYS = memory.data(80);
const MULTIPLIERS = memory.data<u32>([0xd2511f53, 0xcd9e8d57]);
const LANES = memory.data<i32>([0, 1, 2, 3]);

/** y = x·scale where word i of the stream is at least `threshold`, else 0. Both lie in whole blocks of the heap. */
export function dropout(
  x: usize,
  y: usize,
  size: i32,
  threshold: i32,
  scale: f32,
  key0: i32,
  key1: i32,
  stream0: i32,
  stream1: i32,
): void {
  job.x = x;
  job.y = y;
  job.threshold = threshold;
  job.scale = scale;
  job.stream0 = stream0;
  job.stream1 = stream1;
  for (let round: usize = 0; round < ROUNDS; round++) {
    store<i32>(KEYS + (round << 3), key0 + <i32>round * 0x9e3779b9);
    store<i32>(KEYS + (round << 3), key1 + <i32>round * 0xbb67ae85, 4);
  }
  parallel(dropSixteens, (size + 15) >> 4, 28);
}

function dropSixteens(begin: i32, end: i32): void {
  const threshold = i32x4.splat(job.threshold);
  const scale = f32x4.splat(job.scale);
  const stream0 = i32x4.splat(job.stream0);
  const stream1 = i32x4.splat(job.stream1);
  for (let item = begin; item < end; item++) {
    // One block a lane: the counter is the block's number, then the stream.
    let c0 = i32x4.add(i32x4.splat(item * 4), v128.load(LANES));
    let c1 = f32x4.splat(0);
    let c2 = stream0;
    let c3 = stream1;
    for (let key = KEYS; key < KEYS + (ROUNDS << 3); key += 8) {
      const low02 = i64x2.extmul_low_i32x4_u(c0, constant(MULTIPLIERS));
      const high02 = i64x2.extmul_high_i32x4_u(c0, constant(MULTIPLIERS));
      const low13 = i64x2.extmul_low_i32x4_u(c2, constant(MULTIPLIERS + 4));
      const high13 = i64x2.extmul_high_i32x4_u(c2, constant(MULTIPLIERS + 4));
      const next0 = v128.xor(v128.xor(upperWords(low13, high13), c1), constant(key));
      const next2 = v128.xor(v128.xor(upperWords(low02, high02), c3), constant(key + 4));
      c1 = lowerWords(low13, high13);
      c3 = lowerWords(low02, high02);
      c0 = next0;
      c2 = next2;
    }
    // Element 4·i + j has word j of block i.
    const first01 = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
    const last01 = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
    const first23 = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
    const last23 = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
    const x = job.x + ((<usize>item) << 6);
    const y = job.y + ((<usize>item) << 6);
    drop(x, y, v128.shuffle<i64>(first01, first23, 0, 2), threshold, scale);
    drop(x + 16, y + 16, v128.shuffle<i64>(first01, first23, 1, 3), threshold, scale);
    drop(x + 32, y + 32, v128.shuffle<i64>(last01, last23, 0, 2), threshold, scale);
    drop(x + 48, y + 48, v128.shuffle<i64>(last01, last23, 1, 3), threshold, scale);
  }
}

// @inline
function drop(x: usize, y: usize, words: v128, threshold: v128, scale: v128): void {
  const isKept = i32x4.ge_u(words, threshold);
  v128.store(y, v128.and(f32x4.mul(v128.load(x), scale), isKept));
}

/** Of four 64-bit products, two in each vector, the upper halves … */
// @inline
function upperWords(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/** … and the lower ones. */
// @inline
function lowerWords(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}
