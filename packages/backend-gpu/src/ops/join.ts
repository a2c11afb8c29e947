import { type Shape, sizeOf } from "@lm/backend";
import type { Reading } from "../device/device.ts";
import type { Engine } from "../engine.ts";
import type { Dims } from "../gpu-js.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { joinKernel, MAX_PARTS } from "../kernels/join.ts";

/** Tensors in one piece, one after the other. */
export function joinFlat(engine: Engine, parts: readonly GpuTensor[], shape: Shape): GpuTensor {
  return joinRows(engine, parts, shape, 1);
}

/** Tensors in one piece, of `rows` rows each: a row of every part after the other makes a row of the result. */
export function joinRows(
  engine: Engine,
  parts: readonly GpuTensor[],
  shape: Shape,
  rows: number,
): GpuTensor {
  const [first, ...others] = parts.filter(({ size }) => size > 0);
  if (!first) return engine.upload(new Float32Array(0), shape);
  if (others.length === 0) return engine.view(first, shape);
  return joinAll(engine, [first, ...others], shape, rows);
}

function joinAll(
  engine: Engine,
  parts: readonly GpuTensor[],
  shape: Shape,
  rows: number,
): GpuTensor {
  if (parts.length > MAX_PARTS) {
    // Groups first, of about equal numbers, and then those.
    const groups = Math.ceil(parts.length / MAX_PARTS);
    const size = Math.ceil(parts.length / groups);
    const joined = Array.from({ length: groups }, (_, i) => {
      const group = parts.slice(i * size, (i + 1) * size);
      return joinRows(engine, group, [group.reduce((sum, part) => sum + part.size, 0)], rows);
    });
    return joinRows(engine, joined, shape, rows);
  }
  const isFlat = rows === 1;
  const kernel = engine.written(`concat.${isFlat ? "flat" : "rows"}(${parts.length})`, (name) =>
    joinKernel(name, parts.length, isFlat),
  );
  const args: Record<string, Reading | number> = {};
  let end = 0;
  parts.forEach((part, i) => {
    const width = part.size / rows;
    end += width;
    args[`part${i}`] = engine.read(part, [width, rows, 1]);
    args[`end${i}`] = end;
  });
  const threads: Dims = [sizeOf(shape) / rows, rows, 1];
  return engine.launch(kernel, shape, threads, args);
}
