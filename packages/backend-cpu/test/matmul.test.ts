import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openEngine } from "../src/cpu.ts";

const backend = await openEngine({ threads: 3 });

/** Values that need no rounding: products of small integers, so that any order of summation is exact. */
const integers = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => ((i * 7 + seed * 13 + (i >> 3)) % 17) - 8);

/** The transpose, `[rows, columns]`, of a matrix `[columns, rows]`. */
const transposed = (values: Float32Array, rows: number, columns: number) =>
  values.map((_, i) => values[(i % columns) * rows + Math.floor(i / columns)]!);

/** The first place where two arrays differ, or −1: what a failure prints stays short. */
const firstDifference = (x: Float32Array, y: Float32Array) =>
  x.length === y.length ? x.findIndex((value, i) => value !== y[i]) : 0;

function product(a: Float32Array, b: Float32Array, m: number, k: number, n: number) {
  const c = new Float32Array(m * n);
  for (let i = 0; i < m; i++)
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p]!;
      for (let j = 0; j < n; j++) c[i * n + j]! += factor * b[p * n + j]!;
    }
  return c;
}

async function check(m: number, k: number, n: number, transposeA: boolean, transposeB: boolean) {
  const a = integers(m * k, 1);
  const b = integers(k * n, 2);
  const left = backend.fromArray(
    transposeA ? transposed(a, k, m) : a,
    transposeA ? [k, m] : [m, k],
  );
  const right = backend.fromArray(
    transposeB ? transposed(b, n, k) : b,
    transposeB ? [n, k] : [k, n],
  );
  const c = backend.matmul(left, right, { transposeA, transposeB });
  const difference = firstDifference(
    (await backend.read(c)) as Float32Array,
    product(a, b, m, k, n),
  );
  expect(difference, `${m} × ${k} × ${n}`).toBe(-1);
  for (const x of [left, right, c]) backend.dispose(x);
}

describe("matmul", () => {
  // Around the sizes of tiles (6 × 8), of a thread's rows (12, 24), and of the blocks of k (256) and n (1024).
  const rows = [1, 2, 5, 6, 7, 12, 13, 24, 25, 50];
  const inner = [1, 3, 255, 256, 257, 600];
  const columns = [1, 4, 7, 8, 9, 64, 65, 130];

  it.each([
    ["NN", false, false],
    ["NT", false, true],
    ["TN", true, false],
    ["TT", true, true],
  ])("%s is exact for every size around a block's", async (_, transposeA, transposeB) => {
    for (const m of rows)
      for (const k of inner) for (const n of columns) await check(m, k, n, transposeA, transposeB);
  });

  it.each([false, true])(
    "is exact for more columns than a block has, transposed: %s",
    async (t) => {
      await check(30, 20, 1024, t, t);
      await check(30, 20, 1033, t, t);
      await check(2, 300, 2100, t, t);
    },
  );

  it("reads slices, broadcasts and transposed views where they lie", async () => {
    const size = fc.integer({ min: 1, max: 9 });
    const shape = fc.record({ outer: size, inner: size, m: size, k: size, n: size });
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.boolean(),
        fc.boolean(),
        async ({ outer, inner, m, k, n }, ta, tb) => {
          // a [outer, inner, m, k] out of the middle of wider rows; b [inner, k, n], the same for each of `outer`.
          const wide = integers(outer * inner * m * (k + 5), 3);
          const b = integers(inner * k * n, 4);
          const whole = backend.fromArray(wide, [outer, inner, m, k + 5]);
          const left = backend.slice(whole, 3, 2, 2 + k);
          const right = backend.fromArray(b, [inner, k, n]);
          const flippedLeft = backend.permute(left, [0, 1, 3, 2]);
          const flippedRight = backend.permute(right, [0, 2, 1]);
          const c = backend.matmul(ta ? flippedLeft : left, tb ? flippedRight : right, {
            transposeA: ta,
            transposeB: tb,
          });
          expect(c.shape).toEqual([outer, inner, m, n]);
          const got = (await backend.read(c)) as Float32Array;
          for (let i = 0; i < outer * inner; i++) {
            const a = Float32Array.from(
              { length: m * k },
              (_, at) => wide[(i * m + Math.floor(at / k)) * (k + 5) + 2 + (at % k)]!,
            );
            const j = i % inner;
            const expected = product(a, b.subarray(j * k * n, (j + 1) * k * n), m, k, n);
            expect(firstDifference(got.subarray(i * m * n, (i + 1) * m * n), expected)).toBe(-1);
          }
          for (const x of [whole, left, right, flippedLeft, flippedRight, c]) backend.dispose(x);
        },
      ),
    );
  });
});
