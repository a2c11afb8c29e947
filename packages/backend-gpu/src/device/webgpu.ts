import { GpuError, GpuLostError, GpuUnavailableError } from "../errors.ts";
import {
  type ArgumentType,
  checkMode,
  commonSettings,
  type Dims,
  type GpuInstance,
  type GpuJs,
  type WebGpuBufferView,
  type WebGpuContext,
  type WebGpuKernel,
} from "../gpu-js.ts";
import type { Kernel, Parameter } from "../kernel.ts";
import {
  type AdapterSource,
  type GpuBuffer,
  type GpuDevice,
  MAP_READ,
  USAGE,
} from "../webgpu-api.ts";
import { CommandQueue } from "./command-queue.ts";
import type { Device, Memory, Reading } from "./device.ts";
import { Pool } from "./pool.ts";

interface BufferMemory extends Memory {
  readonly buffer: GpuBuffer;
}

interface BufferReading extends Reading {
  readonly memory: BufferMemory;
}

const ARGUMENT_TYPES: Record<Parameter, ArgumentType> = {
  tensor: "Array",
  integer: "Integer",
  float: "Float",
};

/** gpu.js lets a group have 8 × 8 threads of three axes. */
const GROUP = 8;

/**
 * WebGPU. gpu.js translates and compiles kernels and launches them; buffers are our own, so that they can be pooled and
 * shown in any shape, and so that ops need not wait: while a kernel is being compiled, commands queue.
 */
export class WebGpuDevice implements Device {
  readonly mode = "webgpu";
  readonly adapter: string;
  readonly hasWideThreads = true;
  readonly maxFloats: number;
  readonly maxThreads: Dims;
  readonly #library: GpuJs;
  readonly #context: WebGpuContext;
  readonly #device: GpuDevice;
  readonly #gpu: GpuInstance<WebGpuKernel>;
  readonly #kernels = new Map<string, WebGpuKernel>();
  readonly #pool: Pool<BufferMemory>;
  readonly #queue = new CommandQueue();
  /** The op that is asking for memory. */
  #operation = "fromArray";
  #failure: Error | undefined;
  /** What the device said of no op in particular. Where an op failed by it, that is told instead. */
  #uncaptured: Error | undefined;
  /** Reports of the device that are still to come. */
  readonly #reports = new Set<Promise<void>>();

  private constructor(library: GpuJs, context: WebGpuContext) {
    const { device, adapter } = context;
    const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } =
      device.limits;
    this.#library = library;
    this.#context = context;
    this.#device = device;
    this.#gpu = new library.GPU({ mode: "webgpu" });
    this.adapter = nameOf(adapter.info);
    this.maxFloats = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4);
    this.maxThreads = [
      maxComputeWorkgroupsPerDimension * GROUP,
      maxComputeWorkgroupsPerDimension * GROUP,
      maxComputeWorkgroupsPerDimension,
    ];
    this.#pool = new Pool({
      maxFloats: this.maxFloats,
      create: (floats) => this.#createBuffer(floats),
      destroy: ({ buffer }) => this.#queue.run(() => buffer.destroy()),
    });
    void device.lost.then(({ message }) => {
      this.#failure = new GpuLostError(
        `gpu: the WebGPU device was lost (${message || "no reason was given"}); open the engine again and go on from the last checkpoint`,
      );
    });
    device.addEventListener("uncapturederror", ({ error }) => {
      this.#uncaptured ??= new GpuError("a command", error.message);
    });
  }

  /** @throws GpuUnavailableError when there is no WebGPU, or no adapter; Error when that gives no device. */
  static async open(library: GpuJs): Promise<WebGpuDevice> {
    const { gpu } = (globalThis.navigator ?? {}) as { readonly gpu?: AdapterSource };
    if (!gpu)
      throw new GpuUnavailableError(
        "there is no WebGPU here; a page needs HTTPS or localhost for it",
      );
    if (!(await gpu.requestAdapter()))
      throw new GpuUnavailableError(
        "no adapter answers; install the GPU's driver (on Linux, Vulkan), or look in chrome://gpu what the browser holds against it",
      );
    return new WebGpuDevice(library, await library.WebGPUContext.acquire());
  }

  get counts() {
    return { kernels: this.#kernels.size, memories: this.#pool.count };
  }

  upload(data: Float32Array): BufferMemory {
    this.#check();
    this.#operation = "fromArray";
    const memory = this.#pool.take(data.length);
    this.#queue.run(() => this.#device.queue.writeBuffer(memory.buffer, 0, data));
    return memory;
  }

  run(kernel: Kernel, threads: Dims, args: readonly (BufferReading | number)[]): BufferMemory {
    this.#check();
    this.#operation = kernel.name;
    const cells = threads[0] * threads[1] * threads[2];
    const memory = this.#pool.take(cells * kernel.width);
    const values = args.map((arg) => (typeof arg === "number" ? arg : this.#view(arg)));
    const known = this.#kernels.get(kernel.name);
    const compiled = known ?? this.#compile(kernel, values);
    const output = kernel.isFlat ? [cells] : threads;
    this.#queue.run(() => {
      if (!compiled.built) return;
      if (!known) this.#device.pushErrorScope("validation");
      try {
        compiled.setOutput(output);
        compiled.outputBuffer = memory.buffer;
        compiled.bindGroupDirty = true;
        void compiled.run(...values);
      } catch (cause) {
        this.#fail(new GpuError(kernel.name, messageOf(cause), { cause }));
      }
      compiled.outputBuffer = null;
      if (!known) this.#report(kernel.name);
    });
    return memory;
  }

  async read(memory: BufferMemory, floats: number): Promise<Float32Array> {
    const bytes = floats * 4;
    const staging = await this.#queue.result(() => {
      this.#check();
      const target = this.#device.createBuffer({
        size: bytes,
        usage: USAGE.mapRead | USAGE.copyTarget,
      });
      const encoder = this.#device.createCommandEncoder();
      encoder.copyBufferToBuffer(memory.buffer, 0, target, 0, bytes);
      this.#device.queue.submit([encoder.finish()]);
      return target;
    });
    try {
      await staging.mapAsync(MAP_READ);
      await Promise.all(this.#reports);
      this.#check();
      return new Float32Array(staging.getMappedRange(0, bytes).slice(0));
    } catch (cause) {
      // A lost device refuses to map before it says that it is lost.
      await Promise.race([this.#device.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
      this.#check();
      throw new GpuError("read", messageOf(cause), { cause });
    } finally {
      staging.destroy();
    }
  }

  free(memory: BufferMemory): void {
    this.#pool.give(memory);
  }

  async close(): Promise<void> {
    this.#fail(new GpuError("close", "the engine was closed; open another"));
    this.#pool.clear();
    this.#kernels.clear();
    await this.#gpu.destroy();
  }

  /** Translates a kernel at once; later commands wait until it is compiled. */
  #compile(kernel: Kernel, args: readonly unknown[]): WebGpuKernel {
    const { kernel: made } = this.#gpu.createKernel(kernel.source, {
      ...commonSettings,
      output: kernel.isFlat ? [1] : [1, 1, 1],
      argumentTypes: Object.values(kernel.parameters).map((kind) => ARGUMENT_TYPES[kind]),
      returnType: kernel.width === 4 ? "Array(4)" : "Number",
      pipeline: true,
    });
    this.#kernels.set(kernel.name, made);
    const failed = (cause: unknown) =>
      this.#fail(new GpuError(kernel.name, `does not compile: ${messageOf(cause)}`, { cause }));
    try {
      this.#queue.waitFor(
        made
          .build(...args)
          .then(() => {
            checkMode(made);
            // The buffer that gpu.js makes for a kernel's own output is not needed.
            made.outputBuffer?.destroy();
            made.outputBuffer = null;
          })
          .catch(failed),
      );
    } catch (cause) {
      failed(cause);
    }
    return made;
  }

  #createBuffer(floats: number): BufferMemory {
    this.#device.pushErrorScope("out-of-memory");
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;
    const buffer = this.#device.createBuffer({ size: floats * 4, usage });
    this.#report(this.#operation);
    return { buffer, floats };
  }

  /** Ends an error scope; what it caught is the failure of `operation`. */
  #report(operation: string): void {
    const report = this.#device.popErrorScope().then(
      (error) => {
        if (error) this.#fail(new GpuError(operation, error.message));
        this.#reports.delete(report);
      },
      // Scopes of a lost device have nothing to say.
      () => void this.#reports.delete(report),
    );
    this.#reports.add(report);
  }

  #view({ memory, dims }: BufferReading): WebGpuBufferView {
    const view: WebGpuBufferView = {
      buffer: memory.buffer,
      output: dims,
      componentCount: 1,
      context: this.#context,
      type: "WebGPUBuffer",
      _deleted: false,
    };
    return Object.assign(Object.create(this.#library.WebGPUBufferResult.prototype), view);
  }

  /** The first failure is the one that is told. */
  #fail(error: Error): void {
    this.#failure ??= error;
  }

  #check(): void {
    const failure = this.#failure ?? this.#uncaptured;
    if (failure) throw failure;
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function nameOf(info: WebGpuContext["adapter"]["info"]): string {
  const { vendor, architecture, device, description } = info;
  const parts = new Set([vendor, architecture, device, description].filter((part) => part !== ""));
  return [...parts].join(" ") || "an adapter without a name";
}
