import { provideWebGpu } from "../src/device/provide-webgpu.ts";
import { WebGpuDevice } from "../src/device/webgpu.ts";
import { loadGpuJs } from "../src/gpu-js.ts";
import { testFailures } from "./failures.ts";

/** In a file of its own: the device is one for all engines of a page. */
export function testWebGpuFailures(): void {
  testFailures("WebGPU", async () => {
    await provideWebGpu();
    const library = await loadGpuJs();
    const { device } = await library.WebGPUContext.acquire();
    return { device: await WebGpuDevice.open(library), lose: () => device.destroy() };
  });
}
