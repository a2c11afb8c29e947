import { cpu } from "@lm/backend-cpu";
import { measure, printTable } from "../../backend-cpu/bench/measure.ts";
import { openNative } from "../src/native.ts";

/**
 * How many times faster products are by the library, for every size and layout, medians; from it comes the size below
 * which the engine's own kernel is used: `node --conditions=@lm/source bench/matmul.ts [threads]`
 */
const threads = Number(process.argv[2] ?? 1);
const own = await cpu({ threads });
const blas = await openNative({ threads, least: { side: 1, volume: 1 } });

const shapes = [
  ...[4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024].map((n) => [n, n, n] as const),
  ...[2, 4, 8, 12, 16].flatMap(
    (n) =>
      [
        [n, 256, 256],
        [256, n, 256],
        [256, 256, n],
      ] as const,
  ),
  [20, 200, 800],
  [400, 200, 10000],
  [400, 10000, 200],
  [768, 128, 65],
  [768, 128, 512],
  [768, 512, 128],
] as const;
const layouts = ["NN", "NT", "TN"] as const;

const matrix = (rows: number, columns: number) =>
  Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i));

function speedup([m, k, n]: (typeof shapes)[number], layout: (typeof layouts)[number]): number {
  const [transposeA, transposeB] = [layout[0] === "T", layout[1] === "T"];
  const times = [own, blas].map((backend) => {
    const a = backend.fromArray(matrix(m, k), transposeA ? [k, m] : [m, k]);
    const b = backend.fromArray(matrix(k, n), transposeB ? [n, k] : [k, n]);
    const { median } = measure(
      () => backend.dispose(backend.matmul(a, b, { transposeA, transposeB })),
      0.2,
    );
    for (const x of [a, b]) backend.dispose(x);
    return median;
  });
  return times[0]! / times[1]!;
}

console.log(`${blas.library}, ${threads} threads: times faster than WebAssembly`);
printTable([
  ["m × k × n", "m·k·n", ...layouts],
  ...shapes.map((shape) => [
    shape.join(" × "),
    String(shape[0] * shape[1] * shape[2]),
    ...layouts.map((layout) => speedup(shape, layout).toFixed(2)),
  ]),
]);
own.close();
blas.close();
