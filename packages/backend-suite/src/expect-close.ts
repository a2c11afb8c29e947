/** @throws Error naming the first element that is off by more than `tolerance` · (1 + |expected|). */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  if (got.length !== expected.length)
    throw new Error(`${got.length} elements, expected ${expected.length}`);
  for (let i = 0; i < expected.length; i++)
    if (!isClose(got[i]!, expected[i]!, tolerance))
      throw new Error(`element ${i} is ${got[i]}, expected ${expected[i]} within ${tolerance}`);
}

/** NaN is close to NaN alone, an infinity to itself alone (or, above float32's range, to a large number's). */
function isClose(got: number, expected: number, tolerance: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(got);
  if (!Number.isFinite(Math.fround(expected)))
    return got === expected || got === Math.fround(expected);
  return Math.abs(got - expected) <= tolerance * (1 + Math.abs(expected));
}
