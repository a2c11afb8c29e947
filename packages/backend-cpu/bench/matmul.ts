import { openEngine } from "../src/cpu.ts";
import { measure, printTable } from "./measure.ts";

/**
 * GFLOP/s of matrix products in all layouts, fastest of many runs:
 * `node --conditions=@lm/source bench/matmul.ts [threads] [relaxed|strict]`
 */
const threads = Number(process.argv[2] ?? 1);
const build = process.argv[3] === "strict" ? "strict" : "relaxed";
const backend = await openEngine({ threads, build });

const shapes = [
  [64, 64, 64],
  [128, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [768, 128, 512],
  [768, 512, 128],
  [768, 128, 65],
  [20, 200, 800],
  [1, 768, 3072],
  [768, 3072, 1],
  [400, 200, 10000],
] as const;
const layouts = ["NN", "NT", "TN", "TT"] as const;

const matrix = (rows: number, columns: number) =>
  backend.fromArray(
    Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
    [rows, columns],
  );

const rows = shapes.map(([m, k, n]) => {
  const speeds = layouts.map((layout) => {
    const transposeA = layout[0] === "T";
    const transposeB = layout[1] === "T";
    const a = transposeA ? matrix(k, m) : matrix(m, k);
    const b = transposeB ? matrix(n, k) : matrix(k, n);
    const { fastest } = measure(() =>
      backend.dispose(backend.matmul(a, b, { transposeA, transposeB })),
    );
    backend.dispose(a);
    backend.dispose(b);
    return ((2 * m * k * n) / fastest / 1e9).toFixed(1);
  });
  return [`${m} × ${k} × ${n}`, ...speeds];
});
console.log(`${build}, ${threads} threads, GFLOP/s`);
printTable([["m × k × n", ...layouts], ...rows]);
backend.close();
