import { type Backend, broadcastShapes, type Shape, sizeOf } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import type { Kernel } from "../kernel.ts";
import { type Layout, MATMUL, MATMUL_FOUR } from "../kernels/matmul.ts";
import { broadcastStrides, mergeAxes } from "../strided.ts";
import { fill } from "./movement.ts";
import { contiguous, expand } from "./pointwise.ts";

export const matmul = (engine: Engine): Pick<Backend<GpuTensor>, "matmul"> => ({
  matmul(a, b, { transposeA = false, transposeB = false } = {}) {
    const layout = `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}` as const;
    return multiply(engine, layout, a, b);
  },
});

/** `[…, m, k] × […, k, n] → […, m, n]`, each as it is or transposed (N, T); the leading axes broadcast. */
export function multiply(engine: Engine, layout: Layout, a: GpuTensor, b: GpuTensor): GpuTensor {
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [rows, inner] = layout[0] === "T" ? [aColumns, aRows] : [aRows, aColumns];
  const columns = layout[1] === "T" ? bRows : bColumns;
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, rows, columns];
  if (inner === 0 || shape.includes(0)) return fill(engine, shape, 0);
  const kernel = kernelFor(engine, layout, columns);
  const [left, right, aBatch, bBatch] = batched(engine, a, b, batch);
  const read = (x: GpuTensor, height: number, width: number) =>
    engine.read(x, [width, height, x.size / (height * width)]);
  const threads = [columns / kernel.width, rows, sizeOf(batch)] as const;
  return engine.launch(kernel, shape, threads, {
    a: read(left, aRows, aColumns),
    b: read(right, bRows, bColumns),
    inner,
    aBatch,
    bBatch,
  });
}

/** The fastest kernel that the sizes allow. */
const kernelFor = ({ device }: Engine, layout: Layout, columns: number): Kernel =>
  device.hasWideThreads && columns % 4 === 0 ? MATMUL_FOUR[layout] : MATMUL[layout];

/** Both factors in one piece, and for each 1 if it has a matrix for every product, 0 if it has one for all. */
function batched(
  engine: Engine,
  a: GpuTensor,
  b: GpuTensor,
  batch: Shape,
): [GpuTensor, GpuTensor, number, number] {
  const strides = [a, b].map((x) => broadcastStrides(x.shape.slice(0, -2), null, batch));
  const axes = mergeAxes(batch, strides);
  if (axes.sizes.length <= 1) {
    const [aBatch = 0, bBatch = 0] = axes.strides.map(([stride = 0]) => stride);
    return [contiguous(engine, a), contiguous(engine, b), aBatch, bBatch];
  }
  const [left, right] = [a, b].map((x) =>
    contiguous(engine, expand(engine, x, [...batch, ...x.shape.slice(-2)])),
  );
  return [left!, right!, 1, 1];
}
