export { type CpuBackend, type CpuOptions, cpu } from "./cpu.ts";
export type { CpuTensor } from "./cpu-tensor.ts";
