import type { Dims, GpuJsMode } from "../gpu-js.ts";
import type { Kernel } from "../kernel.ts";

/** Where a device keeps the numbers of a tensor. */
export interface Memory {
  /** How many numbers there is room for. */
  readonly floats: number;
}

/** A tensor as a kernel reads it: three axes over the beginning of its memory, row-major, the innermost first. */
export interface Reading {
  readonly memory: Memory;
  readonly dims: Dims;
}

/**
 * A GPU behind gpu.js: it runs kernels and keeps memory. Everything is synchronous but `read`; commands take effect in
 * the order in which they were given. What the device itself reports later (a kernel that does not compile, memory that
 * ran out) surfaces at `read`, with the name of the op.
 */
export interface Device {
  readonly mode: GpuJsMode;
  /** The name of the adapter, as the system reports it. */
  readonly adapter: string;
  /** Whether a thread may compute four neighbours (kernels of width 4). */
  readonly hasWideThreads: boolean;
  /** The most numbers that one tensor can have. */
  readonly maxFloats: number;
  /** The most threads along each axis of a kernel that is not flat. */
  readonly maxThreads: Dims;
  /** How many kernels were compiled, and how many buffers or textures are held, free ones included. */
  readonly counts: { readonly kernels: number; readonly memories: number };
  upload(data: Float32Array): Memory;
  /** Runs a kernel into new memory. `args` has a value for each parameter, in order. */
  run(kernel: Kernel, threads: Dims, args: readonly (Reading | number)[]): Memory;
  /** The first `floats` numbers. @throws GpuError, GpuLostError */
  read(memory: Memory, floats: number): Promise<Float32Array>;
  free(memory: Memory): void;
  /** Gives back all that the device holds. */
  close(): Promise<void>;
}
