import { type CpuBackend, cpu } from "@lm/backend-cpu";
import { InputError } from "./failure.ts";

interface BackendOptions {
  readonly threads?: number;
}

/** The engines that a command can be told to use. */
export const backends = { cpu, native: openNative } as const;
export type BackendName = keyof typeof backends;
export const BACKENDS = Object.keys(backends) as BackendName[];

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
