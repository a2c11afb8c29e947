import type { Backend } from "@lm/backend";
import type { Device } from "./device/device.ts";
import { provideWebGpu } from "./device/provide-webgpu.ts";
import { WebAssemblyDevice } from "./device/webasm.ts";
import { WebGl2Device } from "./device/webgl2.ts";
import { WebGpuDevice } from "./device/webgpu.ts";
import { backendOn } from "./engine-backend.ts";
import { GpuUnavailableError } from "./errors.ts";
import { type GpuJs, type GpuJsMode, loadGpuJs } from "./gpu-js.ts";
import type { GpuTensor } from "./gpu-tensor.ts";

/** How the engine reaches the GPU. */
export type GpuMode = "webgpu" | "webgl2";

export interface GpuOptions {
  /** The one way to be taken; by default the first that answers, WebGPU before WebGL2. */
  readonly mode?: GpuMode;
}

export interface GpuBackend extends Backend<GpuTensor> {
  /** How it computes. */
  readonly mode: GpuJsMode;
  /** The name of the adapter, as the system reports it. */
  readonly adapter: string;
  /** How many kernels were compiled, and how many buffers or textures are held, free ones included. */
  counts(): { readonly kernels: number; readonly memories: number };
  /** Gives back all that the engine holds on the device. It cannot be used any more. */
  close(): Promise<void>;
}

const DEVICES: Record<GpuJsMode, (library: GpuJs) => Promise<Device>> = {
  async webgpu(library) {
    await provideWebGpu();
    return WebGpuDevice.open(library);
  },
  webgl2: (library) => WebGl2Device.open(library),
  webasm: async (library) => new WebAssemblyDevice(library),
};

/**
 * Opens the engine on the first GPU that really answers: one that multiplies two matrices right.
 * @throws GpuUnavailableError when none does, with what each of them said.
 */
export async function gpu({ mode }: GpuOptions = {}): Promise<GpuBackend> {
  const modes: readonly GpuMode[] = mode ? [mode] : ["webgpu", "webgl2"];
  const reasons: string[] = [];
  for (const each of modes) {
    try {
      return await openEngine(each);
    } catch (error) {
      reasons.push(`${each}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new GpuUnavailableError(
    `gpu: no GPU answered (${reasons.join("; ")}); use the CPU engine, cpu() of @lm/backend-cpu`,
  );
}

/** The engine in one mode; `webasm` needs no GPU, and is for tests. */
export async function openEngine(mode: GpuJsMode): Promise<GpuBackend> {
  const device = await DEVICES[mode](await loadGpuJs());
  const backend = backendOn(device);
  const x = backend.fromArray([1, 2, 3, 4], [2, 2]);
  const square = backend.matmul(x, x);
  const values = await backend.read(square);
  for (const tensor of [x, square]) backend.dispose(tensor);
  if (values.join() === "7,10,15,22") return backend;
  await backend.close();
  throw new GpuUnavailableError(`${device.adapter} multiplies matrices wrong: [${values}]`);
}
