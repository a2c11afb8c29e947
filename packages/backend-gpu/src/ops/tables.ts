import type { Backend } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { chainSum, firstPlace, gatherRows, nextPlace } from "../kernels/tables.ts";
import { fill } from "./movement.ts";
import { contiguous } from "./pointwise.ts";

export const tables = (engine: Engine): Pick<Backend<GpuTensor>, "gather" | "scatterAdd"> => ({
  gather(table, indices) {
    const [rows, width] = table.shape as [number, number];
    const shape = [...indices.shape, width];
    if (rows === 0) return fill(engine, shape, Number.NaN);
    if (indices.size === 0) return fill(engine, shape, 0);
    return engine.launch(gatherRows, shape, [width, indices.size, 1], {
      table: engine.read(contiguous(engine, table), [width, rows, 1]),
      indices: engine.read(contiguous(engine, indices), [indices.size, 1, 1]),
      rows,
    });
  },

  scatterAdd(indices, source, rows) {
    const width = source.shape.at(-1)!;
    const count = indices.size;
    const shape = [rows, width];
    if (source.size === 0) return fill(engine, shape, 0);
    const ids = engine.read(contiguous(engine, indices), [count, 1, 1]);
    const first = engine.launch(firstPlace, [rows], [rows, 1, 1], { indices: ids, count });
    const next = engine.launch(nextPlace, [count], [count, 1, 1], { indices: ids, count });
    return engine.launch(chainSum, shape, [width, rows, 1], {
      source: engine.read(contiguous(engine, source), [width, count, 1]),
      first: engine.read(first, [rows, 1, 1]),
      next: engine.read(next, [count, 1, 1]),
      count,
    });
  },
});
