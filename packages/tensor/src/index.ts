export {
  full,
  type NestedNumbers,
  ones,
  type Place,
  randomNormal,
  randomUniform,
  tensor,
  zeros,
} from "./create.ts";
export { fused } from "./fused.ts";
export { meet } from "./meet.ts";
export { DTYPE_BYTES, type Dtype, SafetensorsError } from "./safetensors/format.ts";
export {
  float32Values,
  readSafetensors,
  type SafetensorsEntry,
  type SafetensorsFile,
} from "./safetensors/read.ts";
export { type SafetensorsValues, writeSafetensors } from "./safetensors/write.ts";
export { endScope, scope, scopeOf } from "./scope.ts";
export { ScopedBackend } from "./scoped-backend.ts";
export { type ReduceOptions, Tensor, type TensorLike } from "./tensor.ts";
export { disposeTensors, flattenTensors, mapTensors, tensorsOf } from "./tree.ts";
