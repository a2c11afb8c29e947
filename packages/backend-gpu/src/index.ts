export { GpuError, GpuLimitError, GpuLostError, GpuUnavailableError } from "./errors.ts";
export { type GpuBackend, type GpuMode, type GpuOptions, gpu } from "./gpu.ts";
