import { type ConformanceCase, given, random } from "../conformance-case.ts";

const layouts = [
  { transposeA: false, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: false },
  { transposeA: true, transposeB: true },
];
const letters = ({ transposeA, transposeB }: (typeof layouts)[number]) =>
  `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`;

// Whole tiles, their remainders, rows and columns, and an inner axis longer than a block.
const sizes = [
  [1, 1, 1],
  [2, 3, 4],
  [8, 8, 8],
  [7, 5, 9],
  [1, 19, 33],
  [33, 19, 1],
  [17, 9, 12],
] as const;

const swap = (rows: number, columns: number, transpose: boolean) =>
  transpose ? random(columns, rows) : random(rows, columns);

export const matmul: readonly ConformanceCase[] = [
  ...layouts.flatMap((layout) =>
    sizes.map(
      ([m, k, n]): ConformanceCase => ({
        name: `matmul ${letters(layout)} ${m}×${k}×${n}`,
        inputs: [swap(m, k, layout.transposeA), swap(k, n, layout.transposeB)],
        run: (b, _, [x, y]) => b.matmul(x!, y!, layout),
      }),
    ),
  ),
  ...layouts.flatMap((layout): ConformanceCase[] => [
    {
      name: `matmul ${letters(layout)} with a long inner axis`,
      inputs: [swap(9, 600, layout.transposeA), swap(600, 10, layout.transposeB)],
      run: (b, _, [x, y]) => b.matmul(x!, y!, layout),
      gradient: false,
    },
    {
      name: `matmul ${letters(layout)} of batches`,
      inputs: [
        { shape: [3, ...swap(4, 5, layout.transposeA).shape] },
        { shape: [3, ...swap(5, 6, layout.transposeB).shape] },
      ],
      run: (b, _, [x, y]) => b.matmul(x!, y!, layout),
    },
    {
      name: `matmul ${letters(layout)} of batches by one matrix`,
      inputs: [
        { shape: [2, 3, ...swap(4, 5, layout.transposeA).shape] },
        swap(5, 6, layout.transposeB),
      ],
      run: (b, _, [x, y]) => b.matmul(x!, y!, layout),
    },
    {
      name: `matmul ${letters(layout)} of batches that broadcast`,
      inputs: [
        { shape: [2, 1, ...swap(2, 3, layout.transposeA).shape] },
        { shape: [3, ...swap(3, 4, layout.transposeB).shape] },
      ],
      run: (b, _, [x, y]) => b.matmul(x!, y!, layout),
    },
  ]),
  {
    name: "matmul of a matrix with itself, transposed",
    inputs: [random(4, 3)],
    run: (b, _, [x]) => b.matmul(x!, x!, { transposeB: true }),
  },
  {
    name: "matmul over an inner axis of size 0",
    inputs: [random(2, 0), random(0, 3)],
    run: (b, _, [x, y]) => b.matmul(x!, y!),
  },
  {
    name: "matmul without rows",
    inputs: [random(0, 2), random(2, 3)],
    run: (b, _, [x, y]) => b.matmul(x!, y!),
  },
  {
    name: "matmul with NaN and infinity",
    inputs: [
      given([2, 2], [1, Number.NaN, Number.POSITIVE_INFINITY, 2]),
      given([2, 2], [1, 2, 3, 4]),
    ],
    run: (b, _, [x, y]) => b.matmul(x!, y!),
    gradient: false,
  },
];
