import { WebGl2Device } from "../src/device/webgl2.ts";
import { loadGpuJs } from "../src/gpu-js.ts";
import { testFailures } from "./failures.ts";

testFailures("WebGL2", async () => {
  const { getContext } = OffscreenCanvas.prototype;
  const contexts: WebGL2RenderingContext[] = [];
  OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...args: unknown[]) {
    const context = Reflect.apply(getContext, this, args);
    contexts.push(context);
    return context;
  } as typeof getContext;
  const device = await WebGl2Device.open(await loadGpuJs());
  OffscreenCanvas.prototype.getContext = getContext;
  return { device, lose: () => contexts[0]!.getExtension("WEBGL_lose_context")!.loseContext() };
});
