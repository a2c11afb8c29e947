import { kernel, X, Y, Z } from "../kernel.ts";

/**
 * Products of matrices. `aBatch` and `bBatch` are 1 where a factor has a matrix for every `this.thread.z`, and 0 where it
 * has one for all. There is no memory that the threads of a group could share, so a thread gains by computing several
 * neighbours: four of a row for one number of the left factor.
 */

const parameters = {
  a: "tensor",
  b: "tensor",
  inner: "integer",
  aBatch: "integer",
  bBatch: "integer",
} as const;

const left = (isTransposed: boolean) =>
  isTransposed ? `a[${Z} * aBatch][k][${Y}]` : `a[${Z} * aBatch][${Y}][k]`;
const right = (isTransposed: boolean, column: string) =>
  isTransposed ? `b[${Z} * bBatch][${column}][k]` : `b[${Z} * bBatch][k][${column}]`;

const letters = (transposeA: boolean, transposeB: boolean) =>
  `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`;

/** One element a thread. */
const one = (transposeA: boolean, transposeB: boolean) =>
  kernel(
    `matmul.${letters(transposeA, transposeB)}`,
    parameters,
    `let s = 0.0;
    for (let k = 0; k < inner; k++) { s += ${left(transposeA)} * ${right(transposeB, X)}; }
    return s;`,
  );

const column = (i: number) => `${X} * 4 + ${i}`;

/** Four elements of a row a thread; the number of columns is a multiple of four. */
const four = (transposeA: boolean, transposeB: boolean) =>
  kernel(
    `matmul.${letters(transposeA, transposeB)}.four`,
    parameters,
    `let s0 = 0.0; let s1 = 0.0; let s2 = 0.0; let s3 = 0.0;
    for (let k = 0; k < inner; k++) {
      const u = ${left(transposeA)};
      s0 += u * ${right(transposeB, column(0))};
      s1 += u * ${right(transposeB, column(1))};
      s2 += u * ${right(transposeB, column(2))};
      s3 += u * ${right(transposeB, column(3))};
    }
    return [s0, s1, s2, s3];`,
    { width: 4 },
  );

const layouts = (make: typeof one | typeof four) => ({
  NN: make(false, false),
  NT: make(false, true),
  TN: make(true, false),
  TT: make(true, true),
});

export type Layout = "NN" | "NT" | "TN" | "TT";
export const MATMUL = layouts(one);
export const MATMUL_FOUR = layouts(four);
