import type { Backend } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import {
  BINARY_FUNCTIONS,
  COMPARE_FUNCTIONS,
  UNARY_FUNCTIONS,
  WHERE,
} from "../kernels/functions.ts";
import { applyPointwise } from "./pointwise.ts";

type Elementwise = "unary" | "binary" | "compare" | "where";

export const elementwise = (engine: Engine): Pick<Backend<GpuTensor>, Elementwise> => ({
  unary: (op, x) => applyPointwise(engine, UNARY_FUNCTIONS[op], [x]),
  binary: (op, a, b) => applyPointwise(engine, BINARY_FUNCTIONS[op], [a, b]),
  compare: (op, a, b) => applyPointwise(engine, COMPARE_FUNCTIONS[op], [a, b]),
  where: (mask, a, b) => applyPointwise(engine, WHERE, [mask, a, b]),
});
