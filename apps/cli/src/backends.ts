import type { Backend } from "@lm/backend";
import { type CpuBackend, cpu } from "@lm/backend-cpu";
import { type GpuBackend, GpuUnavailableError, gpu } from "@lm/backend-gpu";
import { InputError } from "./failure.ts";

/** What computes, as flags say it. */
export interface BackendChoice {
  readonly backend?: BackendName | undefined;
  readonly threads?: number | undefined;
}

interface BackendOptions {
  readonly threads?: number;
}

/** The engines that compute on threads, and can be closed. */
export const threadedBackends = { cpu, native: openNative } as const;
/** The engines that a command can be told to use. */
export const backends = { ...threadedBackends, gpu: openGpu } as const;
export type BackendName = keyof typeof backends;
export const BACKENDS = Object.keys(backends) as BackendName[];

/** Opens an engine; of a GPU it says which it is. @throws InputError when it does not answer, or has no such flag. */
export async function openBackend({ backend = "cpu", threads }: BackendChoice): Promise<Backend> {
  const engine = await backends[backend]({ ...(threads && { threads }) });
  if ("adapter" in engine) console.error(describeGpu(engine));
  return engine;
}

/** How an engine reaches its GPU, and the adapter's name. */
export const describeGpu = ({ mode, adapter }: GpuBackend): string => `${mode} on ${adapter}`;

/** The engine that is installed only by those who want it. */
async function openNative(options: BackendOptions): Promise<CpuBackend> {
  const { native } = await import("@lm/backend-native").catch((cause: Error) => {
    throw new InputError(
      `--backend native: @lm/backend-native could not be loaded (${cause.message}); npm install @lm/backend-native`,
      { cause },
    );
  });
  return native(options).catch((cause: Error) => {
    throw new InputError(cause.message, { cause });
  });
}

async function openGpu({ threads }: BackendOptions): Promise<GpuBackend> {
  if (threads)
    throw new InputError("--threads is for engines on the processor; --backend gpu takes none");
  return gpu().catch((cause: Error) => {
    if (!(cause instanceof GpuUnavailableError)) throw cause;
    throw new InputError(`--backend gpu: ${cause.message}`, { cause });
  });
}
