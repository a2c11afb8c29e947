import {
  type ArgumentType,
  checkMode,
  commonSettings,
  type Dims,
  type GpuInstance,
  type GpuJs,
  type WebAssemblyKernel,
} from "../gpu-js.ts";
import type { Kernel, Parameter } from "../kernel.ts";
import type { Device, Memory, Reading } from "./device.ts";

interface HostMemory extends Memory {
  readonly data: Float32Array;
}

interface HostReading extends Reading {
  readonly memory: HostMemory;
}

const ARGUMENT_TYPES: Record<Parameter, ArgumentType> = {
  tensor: "Input",
  integer: "Integer",
  float: "Float",
};

/** A module is compiled for every combination of sizes, and reserves address space as long as it is kept. */
const MODULES_PER_KERNEL = 16;

/**
 * gpu.js's WebAssembly mode: the same kernels on the CPU, with nothing to install. It is slow, and there to test kernels
 * where there is no GPU.
 */
export class WebAssemblyDevice implements Device {
  readonly mode = "webasm";
  readonly adapter = "WebAssembly (no GPU)";
  readonly hasWideThreads = true;
  readonly maxFloats = 2 ** 28;
  readonly maxThreads: Dims = [2 ** 30, 2 ** 30, 2 ** 30];
  readonly #library: GpuJs;
  readonly #gpu: GpuInstance<WebAssemblyKernel>;
  readonly #kernels = new Map<string, WebAssemblyKernel>();
  #memories = 0;

  constructor(library: GpuJs) {
    this.#library = library;
    this.#gpu = new library.GPU({ mode: "webasm" });
  }

  get counts() {
    return { kernels: this.#kernels.size, memories: this.#memories };
  }

  upload(data: Float32Array): HostMemory {
    this.#memories += 1;
    return { data, floats: data.length };
  }

  run(kernel: Kernel, threads: Dims, args: readonly (HostReading | number)[]): HostMemory {
    const compiled = this.#compiled(kernel);
    const inputs = args.map((arg) => (typeof arg === "number" ? arg : this.#input(arg)));
    compiled.setOutput(threads);
    const data = compiled.run(...inputs);
    checkMode(compiled);
    return this.upload(data);
  }

  async read(memory: HostMemory, floats: number): Promise<Float32Array> {
    return memory.data.slice(0, floats);
  }

  free(): void {
    this.#memories -= 1;
  }

  async close(): Promise<void> {
    this.#kernels.clear();
    await this.#gpu.destroy();
  }

  #compiled(kernel: Kernel): WebAssemblyKernel {
    const known = this.#kernels.get(kernel.name);
    if (known) return known;
    const { kernel: made } = this.#gpu.createKernel(kernel.source, {
      ...commonSettings,
      output: [1, 1, 1],
      argumentTypes: Object.values(kernel.parameters).map((kind) => ARGUMENT_TYPES[kind]),
      returnType: kernel.width === 4 ? "Array(4)" : "Number",
      pipeline: false,
    });
    made.moduleCacheLimit = MODULES_PER_KERNEL;
    made._shapeOutput = (data) => data;
    this.#kernels.set(kernel.name, made);
    return made;
  }

  /** An `Input` without the checks and copies of its constructor. */
  #input({ memory, dims }: HostReading): object {
    const input = Object.create(this.#library.Input.prototype) as object;
    const size = dims[0] * dims[1] * dims[2];
    const value = size === memory.floats ? memory.data : memory.data.subarray(0, size);
    return Object.assign(input, { value, size: dims });
  }
}
