import { type Backend, type ReduceOp, sizeOf } from "@lm/backend";
import { MAX, SUM } from "../assembly/op-codes.ts";
import type { CpuTensor } from "./cpu-tensor.ts";
import type { Engine } from "./engine.ts";

const REDUCE_CODES: Record<ReduceOp, number> = { sum: SUM, max: MAX };

export const reduction = (engine: Engine): Pick<Backend<CpuTensor>, "reduce"> => ({
  reduce(op, x, axis) {
    const { kernels } = engine;
    const outer = sizeOf(x.shape.slice(0, axis));
    const size = x.shape[axis]!;
    const inner = sizeOf(x.shape.slice(axis + 1));
    const from = engine.contiguous(x);
    const workspace = engine.workspace(kernels.reduceWorkspace(outer, size, inner));
    const y = engine.create(x.shape.with(axis, 1));
    kernels.reduce(REDUCE_CODES[op], from, engine.addressOf(y), outer, size, inner, workspace);
    engine.finish();
    return y;
  },
});
