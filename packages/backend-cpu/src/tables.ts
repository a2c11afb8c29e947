import type { Backend } from "@lm/backend";
import type { CpuTensor } from "./cpu-tensor.ts";
import type { Engine } from "./engine.ts";

export const tables = (engine: Engine): Pick<Backend<CpuTensor>, "gather" | "scatterAdd"> => ({
  gather(table, indices) {
    const [rows, width] = table.shape as [number, number];
    const from = engine.contiguous(table);
    const ids = engine.contiguous(indices);
    const y = engine.create([...indices.shape, width]);
    engine.kernels.gather(from, ids, engine.addressOf(y), indices.size, rows, width);
    engine.finish();
    return y;
  },

  scatterAdd(indices, source, rows) {
    const width = source.shape.at(-1)!;
    const ids = engine.contiguous(indices);
    const entries = engine.contiguous(source);
    const table = engine.create([rows, width]);
    engine.kernels.scatterAdd(engine.addressOf(table), ids, entries, indices.size, rows, width);
    engine.finish();
    return table;
  },
});
