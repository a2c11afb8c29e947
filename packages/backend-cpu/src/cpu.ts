import type { Backend } from "@lm/backend";
import type { CpuTensor } from "./cpu-tensor.ts";
import { data } from "./data.ts";
import { elementwise } from "./elementwise.ts";
import { Engine } from "./engine.ts";
import { fused, fusedBackward } from "./fused/index.ts";
import type { Kernels } from "./generated/kernels.ts";
import { Heap } from "./heap.ts";
import { type Build, compileKernels, instantiateKernels, supportedBuild } from "./kernels.ts";
import { createMemory, growMemory, MAX_BYTES } from "./linear-memory.ts";
import { matmul } from "./matmul.ts";
import { movement } from "./movement.ts";
import { reduction } from "./reduction.ts";
import { tables } from "./tables.ts";
import { checkThreads, defaultThreads, startWorkers } from "./workers.ts";

export interface CpuOptions {
  /**
   * Threads, the calling one included. By default one for each core, at most 8; in a browser 1, unless the page is
   * isolated by its headers. Results do not depend on it, not even in the last bit.
   */
  readonly threads?: number;
  /** Bytes that tensors may take together; by default as much as 32-bit addresses reach, 4 GiB. */
  readonly memoryLimit?: number;
  /** Makes the kernel that multiplies matrices in place of the engine's own, which it may call. */
  readonly matmul?: (engine: MatmulEngine) => MatmulKernel;
}

/**
 * Multiplies matrices in the engine's memory: stores C `[size0, size1, m, n]`, in one piece, = A·B, where A is `[m, k]`
 * and B `[k, n]`. Addresses are bytes from the beginning of the memory. Strides are in elements; of the two of each matrix
 * one is 1, the other may be 0, and so may be those of the leading axes.
 */
export type MatmulKernel = Kernels["matmul"];

/** What another kernel for `matmul` works with. */
export interface MatmulEngine {
  /** The engine's own kernel. */
  readonly matmul: MatmulKernel;
  /** It may grow between two calls, which detaches views of its buffer. */
  readonly memory: WebAssembly.Memory;
  readonly threads: number;
}

/** The CPU engine. */
export interface CpuBackend extends Backend<CpuTensor> {
  readonly threads: number;
  /** `relaxed` where the machine multiplies and adds with one rounding, else `strict`. */
  readonly build: Build;
  /** Stops the worker threads. The engine goes on with one. */
  close(): void;
}

/**
 * The CPU engine: float32, WebAssembly SIMD, threads.
 * @throws RangeError when `threads` is no whole number from 1 to 64, Error when threads cannot share memory here.
 */
export function cpu(options: CpuOptions = {}): Promise<CpuBackend> {
  if (options.threads !== undefined) return openEngine(options);
  // A page's policy may forbid the workers: then nobody asked for them, and one thread will do.
  return openEngine({ ...options, threads: defaultThreads() }).catch(() =>
    openEngine({ ...options, threads: 1 }),
  );
}

/** What tests and benchmarks choose beside the options of users. */
export interface EngineOptions extends CpuOptions {
  readonly build?: Build;
  readonly shared?: boolean;
  /** Bytes that are left free below the heap, so that its addresses are high. */
  readonly gap?: number;
  /** Stands between the engine and its kernels, to time them. */
  readonly observe?: (kernels: Kernels) => Kernels;
}

export async function openEngine({
  threads = 1,
  memoryLimit = MAX_BYTES,
  build = supportedBuild(),
  shared = threads > 1,
  gap = 0,
  matmul: makeMatmul,
  observe = (kernels) => kernels,
}: EngineOptions): Promise<CpuBackend> {
  checkThreads(threads);
  const module = await compileKernels(build, shared);
  const memory = createMemory(shared);
  const kernels = instantiateKernels(module, memory);
  const scratch = Math.ceil(kernels.staticEnd() / 64) * 64;
  const heapStart = scratch + kernels.scratchBytes(threads) + gap;
  growMemory(memory, heapStart);
  await startWorkers(threads - 1, module, memory);
  // Only now: each new instance writes the static data anew.
  kernels.startPool(threads);
  kernels.setScratch(scratch);
  const used = makeMatmul
    ? { ...kernels, matmul: makeMatmul({ matmul: kernels.matmul, memory, threads }) }
    : kernels;
  const engine = new Engine(observe(used), memory, new Heap(memory, heapStart, memoryLimit));
  return {
    name: "cpu",
    threads,
    build,
    close: () => kernels.closePool(),
    ...data(engine),
    ...elementwise(engine),
    ...reduction(engine),
    ...matmul(engine),
    ...tables(engine),
    ...movement(engine),
    fused: fused(engine),
    fusedBackward: fusedBackward(engine),
  };
}
