import { type CpuBackend, type CpuOptions, cpu } from "@lm/backend-cpu";
import { loadBlas } from "./blas.ts";
import { gemm, type Size, WORTH_A_CALL } from "./gemm.ts";

export interface NativeOptions extends Pick<CpuOptions, "threads" | "memoryLimit"> {
  /**
   * Path or name of the BLAS library. By default what the environment variable LM_BLAS names, or else the first that the
   * system has of OpenBLAS and MKL (on macOS: Accelerate).
   */
  readonly library?: string;
}

/** The CPU engine, its products by a BLAS. */
export interface NativeBackend extends CpuBackend {
  /** The library: the name it was found by, and what it says about itself. */
  readonly library: string;
}

/**
 * The engine of `@lm/backend-cpu`, with products of matrices by the system's BLAS on the same memory.
 * @throws RangeError when `threads` is no whole number from 1 to 64, Error when no BLAS can be loaded: what was tried, and
 * what to install.
 */
export function native(options: NativeOptions = {}): Promise<NativeBackend> {
  return openNative(options);
}

/** What tests and benchmarks choose beside the options of users. */
export interface OpenOptions extends NativeOptions {
  /** The least that the library is called for. */
  readonly least?: Size;
}

export async function openNative({
  library,
  least = WORTH_A_CALL,
  ...options
}: OpenOptions): Promise<NativeBackend> {
  const blas = await loadBlas(library);
  const backend = await cpu({ ...options, matmul: (engine) => gemm(engine, blas, least) });
  return { ...backend, name: "native", library: blas.library };
}
