import type { BenchCase } from "./bench-case.ts";
import { repeated } from "./bench-case.ts";
import { BenchData } from "./bench-data.ts";

type Layout = "NN" | "NT" | "TN";

/** [batches …, m] × k × n, where the product stands in a model, and which operand is read transposed. */
const products: readonly (readonly [string, readonly number[], number, number, Layout])[] = [
  ["64³", [64], 64, 64, "NN"],
  ["512³", [512], 512, 512, "NN"],
  ["512³", [512], 512, 512, "NT"],
  ["512³", [512], 512, 512, "TN"],
  ["1024³", [1024], 1024, 1024, "NN"],
  ["768 × 128 × 512 (GPT, forward)", [768], 128, 512, "NN"],
  ["768 × 512 × 128 (GPT, inputs)", [768], 512, 128, "NT"],
  ["128 × 768 × 512 (GPT, weights)", [128], 768, 512, "TN"],
  ["48 times 64 × 32 × 64 (attention)", [48, 64], 32, 64, "NT"],
  ["20 × 200 × 800 (LSTM step)", [20], 200, 800, "NT"],
  ["400 × 200 × 10000 (words)", [400], 200, 10_000, "NT"],
  ["1 × 768 × 3072 (a token)", [1], 768, 3072, "NN"],
  ["1 × 768 × 3072 (a token)", [1], 768, 3072, "NT"],
];

export const matmulCases: readonly BenchCase[] = products.map(([title, rows, k, n, layout]) => {
  const batches = rows.slice(0, -1);
  const m = rows.at(-1)!;
  const operations = 2 * batches.reduce((x, y) => x * y, 1) * m * k * n;
  return {
    group: "matmul",
    name: `${title}, ${layout}`,
    figures: [{ unit: "GFLOP/s", of: (seconds) => operations / seconds / 1e9 }],
    seconds: 0.3,
    prepare(place) {
      const data = new BenchData(place);
      const transposeA = layout === "TN";
      const transposeB = layout === "NT";
      const a = data.normal(...batches, ...(transposeA ? [k, m] : [m, k]));
      const b = data.normal(...batches, ...(transposeB ? [n, k] : [k, n]));
      const run = repeated(() => a.matmul(b, { transposeA, transposeB }).dispose());
      return { run, close: data.close };
    },
  };
});
