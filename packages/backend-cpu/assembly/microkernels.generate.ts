/**
 * Writes the microkernels of matrix multiplication: one for each number of rows, 1 to 6, and for 8 or 4 columns. A kernel
 * keeps its tile of C in registers (6 × 8 takes 12 of the 16; a row of B takes two, an element of A one) and adds
 * an outer product to it for each step along k. Every stride is free, so that A may be row-major, transposed or packed,
 * and B in place or packed. Unrolling made all of them slower: V8 then runs out of registers.
 */

const parameters = [
  "k: i32",
  "a: usize",
  "aRow: usize",
  "aColumn: usize",
  "b: usize",
  "bRow: usize",
  "c: usize",
  "cRow: usize",
  "accumulate: bool",
];
const names = parameters.map((parameter) => parameter.split(":")[0]);

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function kernel(rows: number, vectors: number): string {
  /** One line for each row, or for each vector of each row. */
  const eachRow = (line: (i: number) => string) => range(rows).map(line).join("\n");
  const eachVector = (line: (i: number, j: number) => string) =>
    eachRow((i) =>
      range(vectors)
        .map((j) => line(i, j))
        .join("\n"),
    );
  const store = (value: (i: number, j: number) => string) =>
    eachRow((i) =>
      [
        ...range(vectors).map((j) => `v128.store(c, ${value(i, j)}, ${16 * j});`),
        "c += cRow;",
      ].join("\n"),
    );
  return `
    function tile${rows}x${4 * vectors}(${parameters}): void {
      ${eachVector((i, j) => `let c${i}${j} = f32x4.splat(0);`)}
      ${eachRow((i) => `let a${i} = a + ${i} * aRow;`)}
      for (; k > 0; k--) {
        ${range(vectors)
          .map((j) => `const b${j} = v128.load(b, ${16 * j});`)
          .join("\n")}
        ${eachRow((i) =>
          [
            // Row by row, for the same reason: no more than one element of A is in a register.
            `const x${i} = v128.load32_splat(a${i});`,
            ...range(vectors).map((j) => `c${i}${j} = multiplyAdd(x${i}, b${j}, c${i}${j});`),
            `a${i} += aColumn;`,
          ].join("\n"),
        )}
        b += bRow;
      }
      if (accumulate) {
        ${store((i, j) => `f32x4.add(v128.load(c, ${16 * j}), c${i}${j})`)}
      } else {
        ${store((i, j) => `c${i}${j}`)}
      }
    }`;
}

/** `tile8` and `tile4`: the kernel for a number of rows. */
const choice = (vectors: number) => `
    export function tile${4 * vectors}(rows: i32, ${parameters}): void {
      switch (rows) {
        ${range(6)
          .map((i) => `case ${i + 1}: return tile${i + 1}x${4 * vectors}(${names});`)
          .join("\n")}
      }
    }`;

export default [
  'import { multiplyAdd } from "./lanes";',
  ...[1, 2].flatMap((vectors) => [...range(6).map((i) => kernel(i + 1, vectors)), choice(vectors)]),
].join("\n");
