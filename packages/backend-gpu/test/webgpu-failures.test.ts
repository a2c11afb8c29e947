import { testWebGpuFailures } from "./webgpu-failures.ts";
import { whereWebGpu } from "./where-webgpu.ts";

await whereWebGpu(testWebGpuFailures);
