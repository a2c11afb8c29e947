import { testWebGpuFailures } from "./webgpu-failures.ts";

testWebGpuFailures();
