import type { Fused, FusedBackward } from "@lm/backend";
import * as codes from "../../assembly/op-codes.ts";
import type { CpuTensor } from "../cpu-tensor.ts";
import { applyBinary, applyUnary } from "../elementwise.ts";
import type { Engine } from "../engine.ts";

type Activation = "softmax" | "logSoftmax" | "gelu" | "silu";
type RowKernel = "softmax" | "logSoftmax";

export const activation = (engine: Engine): Pick<Fused<CpuTensor>, Activation> => {
  const overRows =
    (kernel: RowKernel): Fused<CpuTensor>[RowKernel] =>
    ({ x }) => {
      const from = engine.contiguous(x);
      const y = engine.create(x.shape);
      const size = x.shape.at(-1)!;
      if (y.size > 0) engine.kernels[kernel](from, engine.addressOf(y), y.size / size, size);
      engine.finish();
      return { y };
    };
  return {
    softmax: overRows("softmax"),
    logSoftmax: overRows("logSoftmax"),
    gelu: ({ x }) => ({ y: applyUnary(engine, codes.GELU, x) }),
    silu: ({ x }) => ({ y: applyUnary(engine, codes.SILU, x) }),
  };
};

export const activationBackward = (engine: Engine): Pick<FusedBackward<CpuTensor>, Activation> => {
  const overRows =
    (kernel: `${RowKernel}Backward`): FusedBackward<CpuTensor>[RowKernel] =>
    ({ y: gradient }, _, { y }) => {
      if (!gradient) return {};
      const g = engine.contiguous(gradient);
      const output = engine.contiguous(y);
      const x = engine.create(y.shape);
      const size = y.shape.at(-1)!;
      if (y.size > 0) engine.kernels[kernel](g, output, engine.addressOf(x), y.size / size, size);
      engine.finish();
      return { x };
    };
  const elementwise =
    (code: number): FusedBackward<CpuTensor>["gelu"] =>
    ({ y: gradient }, { x }) =>
      gradient ? { x: applyBinary(engine, code, gradient, x) } : {};
  return {
    softmax: overRows("softmaxBackward"),
    logSoftmax: overRows("logSoftmaxBackward"),
    gelu: elementwise(codes.GELU_BACKWARD),
    silu: elementwise(codes.SILU_BACKWARD),
  };
};
