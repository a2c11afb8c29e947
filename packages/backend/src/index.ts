export {
  type Backend,
  type Decorator,
  type Handle,
  isDecorator,
  type MatmulOptions,
  type MemoryUsage,
  type Operand,
} from "./backend.ts";
export { composed } from "./composed/index.ts";
export { FreedTensorError, OutOfMemoryError, ShapeError } from "./errors.ts";
export {
  type DifferentiableOp,
  FUSED,
  type Fused,
  type FusedBackward,
  type FusedBackwardKernel,
  type FusedInputs,
  type FusedKernel,
  type FusedOp,
  type FusedOptions,
  type FusedOutputs,
  type FusedSaved,
} from "./fused.ts";
export {
  BINARY,
  type BinaryOp,
  COMPARE,
  type CompareOp,
  REDUCE,
  type ReduceOp,
  UNARY,
  type UnaryOp,
} from "./ops.ts";
export { broadcastShapes, type Shape, sameShape, sizeOf, stridesOf } from "./shape.ts";
