import { expect, it } from "vitest";
import { gpu } from "../src/index.ts";

const random = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i * i));

it("compiles a large product for its sizes when they come again, with the same results", async () => {
  const backend = await gpu({ mode: "webgl2" });
  const a = backend.fromArray(random(160 * 120), [160, 120]);
  const b = backend.fromArray(random(120 * 128), [120, 128]);
  const results: Float32Array[] = [];
  const kernels: number[] = [];
  for (let i = 0; i < 4; i++) {
    const product = backend.matmul(a, b);
    results.push((await backend.read(product)) as Float32Array);
    backend.dispose(product);
    kernels.push(backend.counts().kernels);
  }
  expect(kernels.map((count) => count - kernels[0]!)).toEqual([0, 0, 1, 1]);
  for (const result of results) expect(result).toEqual(results[0]);
  // Other sizes are not taken for these.
  const c = backend.fromArray(random(100 * 160), [100, 160]);
  const wider = await backend.read(backend.matmul(c, a));
  const first = random(160).reduce((sum, x, k) => sum + x * Math.sin((k * 120) ** 2), 0);
  expect(wider[0]).toBeCloseTo(first, 4);
  await backend.close();
});
