/**
 * Four floats at a time: what all kernels are made of.
 *
 * No vector constant stands inside a loop anywhere here. V8 builds one anew in three instructions each time it
 * is used; a load from memory costs one. Constants therefore live in static memory and are read by `constant`.
 */

/** The four copies of the float at a static address. */
// @inline
export function constant(address: usize): v128 {
  return v128.load32_splat(address);
}

/** x·y + z; in the relaxed build rounded once where the machine can. */
// @inline
export function multiplyAdd(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, z);
  return f32x4.add(f32x4.mul(x, y), z);
}

/** The sum of the four lanes. */
// @inline
export function sumOfLanes(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The largest of the four lanes; NaN wins. */
// @inline
export function maxOfLanes(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

const MASKS = memory.data<i32>([-1, -1, -1, -1, 0, 0, 0, 0]);

/** All bits of the first `count` lanes (0 to 4). */
// @inline
export function firstLanes(count: i32): v128 {
  return v128.load(MASKS + 16 - ((<usize>count) << 2));
}

/** Stores the first `count` lanes (1 to 4). */
// @inline
export function storeLanes(address: usize, x: v128, count: i32): void {
  if (count == 4) v128.store(address, x);
  else {
    store<f32>(address, f32x4.extract_lane(x, 0));
    if (count > 1) store<f32>(address, f32x4.extract_lane(x, 1), 4);
    if (count > 2) store<f32>(address, f32x4.extract_lane(x, 2), 8);
  }
}
