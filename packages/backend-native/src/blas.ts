import { candidates, installation } from "./candidates.ts";

/** A BLAS library that has been loaded. */
export interface Blas {
  /** The name or path that it was loaded by, and what it says about itself. */
  readonly library: string;
  /**
   * C `[m, n]` = A·B, row-major. Addresses are those of the process. `transA` and `transB` are `NO_TRANS` or `TRANS`; the
   * leading dimensions are the elements from one row, as it is stored, to the next.
   */
  sgemm(
    transA: number,
    transB: number,
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
  ): void;
  /** Sets how many threads products take from now on, whichever engine asks for them. */
  setThreads(threads: number): void;
  /** The address of a buffer's first byte. */
  addressOf(buffer: ArrayBufferLike): number;
}

// CBLAS_ORDER and CBLAS_TRANSPOSE
const ROW_MAJOR = 101;
export const NO_TRANS = 111;
export const TRANS = 112;

/** The functions by which libraries set their threads; Accelerate has none and chooses by itself. */
const threadSetters = ["openblas_set_num_threads", "MKL_Set_Num_Threads"];

/**
 * Loads a library, or the first that the system has.
 * @throws Error when there is none, or it is not what it should be: what was tried, and what to install.
 */
export async function loadBlas(library = process.env.LM_BLAS): Promise<Blas> {
  const koffi = await loadKoffi();
  const names = library ? [library] : candidates();
  const failures: string[] = [];
  for (const name of names)
    try {
      return openBlas(koffi, name);
    } catch (error) {
      failures.push(`${name} (${(error as Error).message.replaceAll(/\s*\n\s*/g, "; ")})`);
    }
  throw new Error(
    `native: found no BLAS library; tried ${failures.join(", ")}; install one (${installation()}), ` +
      "name one in LM_BLAS=/path/to/library, or use cpu() of @lm/backend-cpu, which needs none",
  );
}

type Koffi = typeof import("koffi").default;

async function loadKoffi(): Promise<Koffi> {
  try {
    return (await import("koffi")).default;
  } catch (error) {
    throw new Error(
      `native: koffi, which calls native libraries, could not be loaded (${(error as Error).message}); ` +
        "npm install koffi, or use cpu() of @lm/backend-cpu",
    );
  }
}

/** The libraries that are open, by name: they keep their number of threads for all engines. */
const open = new Map<string, Blas>();

function openBlas(koffi: Koffi, name: string): Blas {
  const known = open.get(name);
  if (known) return known;
  const library = withoutSpinning(() => koffi.load(name));
  // Addresses are passed as integers: they are sums of an address and an offset, and 47 bits of a double are exact.
  const cblas = library.func(
    "void cblas_sgemm(int, int, int, int, int, int, float, uintptr_t, int, uintptr_t, int, float, uintptr_t, int)",
  );
  const config = optional(() => library.func("const char *openblas_get_config()"))?.() as
    | string
    | undefined;
  if (config?.includes("USE64BITINT"))
    throw new Error("takes 64-bit sizes, and 32-bit ones are needed");
  const setter = threadSetters
    .map((name) => optional(() => library.func(`void ${name}(int)`)))
    .find((found) => found !== undefined);
  let current = 0;
  const blas: Blas = {
    library: config === undefined ? name : `${name}: ${config.trim()}`,
    sgemm: (transA, transB, m, n, k, a, lda, b, ldb, c, ldc) =>
      cblas(ROW_MAJOR, transA, transB, m, n, k, 1, a, lda, b, ldb, 0, c, ldc),
    setThreads(threads) {
      if (threads === current) return;
      setter?.(threads);
      current = threads;
    },
    addressOf: (buffer) => Number(koffi.address(new Uint8Array(buffer))),
  };
  checkProduct(blas);
  open.set(name, blas);
  return blas;
}

/**
 * OpenBLAS reads its settings when it is loaded. Unless told otherwise, its threads wait for the next product by spinning,
 * for longer than a training step takes, and keep the engine's own threads from the cores: let them sleep at once.
 */
function withoutSpinning<R>(load: () => R): R {
  const setting = "OPENBLAS_THREAD_TIMEOUT"; // the logarithm of the clock ticks
  if (process.env[setting] !== undefined) return load();
  process.env[setting] = "10";
  try {
    return load();
  } finally {
    delete process.env[setting];
  }
}

function optional<F>(find: () => F): F | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

/** One product whose result is known: a library with another interface must not get as far as a model. */
function checkProduct(blas: Blas): void {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6, 0, 0, 0, 0);
  const base = blas.addressOf(values.buffer);
  // [[1, 2, 3]] · [[4, 5, 6]]ᵀ, twice, by one row and by one column
  blas.sgemm(NO_TRANS, TRANS, 1, 1, 3, base, 3, base + 12, 3, base + 24, 1);
  blas.sgemm(TRANS, NO_TRANS, 1, 1, 3, base, 1, base + 12, 1, base + 28, 1);
  if (values[6] !== 32 || values[7] !== 32)
    throw new Error(`its cblas_sgemm gives ${values[6]} and ${values[7]} for a product that is 32`);
}
