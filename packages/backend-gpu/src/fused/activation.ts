import type { Fused, FusedBackward } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { GELU, GELU_GRADIENT, SILU, SILU_GRADIENT } from "../kernels/functions.ts";
import { applyPointwise } from "../ops/pointwise.ts";

type Activation = "gelu" | "silu";

export const activation = (engine: Engine): Pick<Fused<GpuTensor>, Activation> => ({
  gelu: ({ x }) => ({ y: applyPointwise(engine, GELU, [x]) }),
  silu: ({ x }) => ({ y: applyPointwise(engine, SILU, [x]) }),
});

export const activationBackward = (engine: Engine): Pick<FusedBackward<GpuTensor>, Activation> => ({
  gelu: ({ y }, { x }) => (y ? { x: applyPointwise(engine, GELU_GRADIENT, [y, x]) } : {}),
  silu: ({ y }, { x }) => (y ? { x: applyPointwise(engine, SILU_GRADIENT, [y, x]) } : {}),
});
