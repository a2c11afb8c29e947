import { describe, expect, it } from "vitest";
import { WebAssemblyDevice } from "../src/device/webasm.ts";
import { backendOn } from "../src/engine-backend.ts";
import type { Dims } from "../src/gpu-js.ts";
import { loadGpuJs } from "../src/gpu-js.ts";
import { GpuLimitError, GpuUnavailableError, gpu } from "../src/index.ts";

/** A device that holds and runs little at a time. */
class SmallDevice extends WebAssemblyDevice {
  override readonly maxFloats = 4096;
  override readonly maxThreads: Dims = [16, 16, 16];
}

const backend = backendOn(new SmallDevice(await loadGpuJs()));
const counting = (size: number) => Float32Array.from({ length: size }, (_, i) => i);

describe("sizes past the limits of a device", () => {
  it("are refused before the call, with what came, what is possible and the remedy", () => {
    expect(() => backend.fromArray(counting(4097), [4097])).toThrow(
      new GpuLimitError(
        "gpu: fromArray: a tensor [4097] has 4097 elements, but WebAssembly (no GPU) holds at most 4096 in one; use smaller batches, or a shorter context",
      ),
    );
    const long = backend.fromArray(counting(40), [40, 1]);
    expect(() => backend.matmul(long, long, { transposeB: true })).toThrow(GpuLimitError);
    expect(() => backend.matmul(long, long, { transposeB: true })).toThrow(
      /matmul.NT.*\[40,40\] takes 10 × 40 × 1 threads.*at most 16 × 16 × 16 at once/,
    );
    backend.dispose(long);
    expect(backend.memory()).toEqual({ tensors: 0, bytes: 0 });
  });

  it("are split where each part can be made by itself", async () => {
    const x = backend.fromArray(counting(40 * 3 * 30), [40, 3, 30]);
    const permuted = backend.permute(x, [2, 0, 1]);
    const values = await backend.read(permuted);
    const expected = Array.from(
      { length: 3600 },
      (_, i) => (Math.floor(i / 3) % 40) * 90 + (i % 3) * 30 + Math.floor(i / 120),
    );
    expect([...values]).toEqual(expected);
    const column = backend.fromArray(counting(40), [40, 1, 1]);
    const sum = await backend.read(backend.binary("add", x, column));
    expect([...sum]).toEqual(expected.map((_, i) => i + Math.floor(i / 90)));
  });
});

it("says what each mode answered where there is no GPU", async () => {
  const failure = await gpu({ mode: "webgl2" }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(GpuUnavailableError);
  expect(String(failure)).toContain("no GPU answered (webgl2: there is no WebGL2 here)");
});
