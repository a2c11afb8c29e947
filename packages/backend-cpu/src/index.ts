export {
  type CpuBackend,
  type CpuOptions,
  cpu,
  type MatmulEngine,
  type MatmulKernel,
} from "./cpu.ts";
export type { CpuTensor } from "./cpu-tensor.ts";
