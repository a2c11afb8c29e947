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
export function cpu({ threads, memoryLimit = MAX_BYTES }: CpuOptions = {}): Promise<CpuBackend> {
  if (threads !== undefined) return openEngine({ threads, memoryLimit });
  // A page's policy may forbid the workers: then nobody asked for them, and one thread will do.
  return openEngine({ threads: defaultThreads(), memoryLimit }).catch(() =>
    openEngine({ threads: 1, memoryLimit }),
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
  const engine = new Engine(observe(kernels), memory, new Heap(memory, heapStart, memoryLimit));
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
