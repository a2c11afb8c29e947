import type { Fused, FusedBackward } from "@lm/backend";
import * as codes from "../../assembly/op-codes.ts";
import type { CpuTensor } from "../cpu-tensor.ts";
import { applyBinary } from "../elementwise.ts";
import type { Engine } from "../engine.ts";

export const norm = (engine: Engine): Pick<Fused<CpuTensor>, "squaredNorm"> => ({
  squaredNorm({ x }) {
    const { kernels } = engine;
    const from = engine.contiguous(x);
    const workspace = engine.workspace(kernels.squaredNormWorkspace(x.size));
    const y = engine.create([]);
    kernels.squaredNorm(from, engine.addressOf(y), x.size, workspace);
    engine.finish();
    return { y };
  },
});

/** dx = 2·x·dy. */
export const normBackward = (engine: Engine): Pick<FusedBackward<CpuTensor>, "squaredNorm"> => ({
  squaredNorm({ y: gradient }, { x }) {
    if (!gradient) return {};
    const twice = applyBinary(engine, codes.MULTIPLY, gradient, 2);
    const dx = applyBinary(engine, codes.MULTIPLY, x, twice);
    engine.dispose(twice);
    return { x: dx };
  },
});
