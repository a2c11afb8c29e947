import type { Backend } from "@lm/backend";
import { cpu } from "@lm/backend-cpu";
import { GpuUnavailableError, gpu } from "@lm/backend-gpu";
import { InputError } from "../failure.ts";

export const BACKENDS = ["cpu", "gpu"] as const;

/** What computes, as flags say it. */
export interface EngineChoice {
  readonly backend?: (typeof BACKENDS)[number] | undefined;
  readonly threads?: number | undefined;
}

/** @throws InputError when the engine does not answer, or has no such flag. */
export async function openEngine({ backend = "cpu", threads }: EngineChoice): Promise<Backend> {
  if (backend === "cpu") return cpu({ ...(threads && { threads }) });
  if (threads)
    throw new InputError(
      "--threads is for --backend cpu; a GPU has as many as it has, leave it out",
    );
  try {
    const engine = await gpu();
    console.error(`${engine.mode} on ${engine.adapter}`);
    return engine;
  } catch (error) {
    if (error instanceof GpuUnavailableError)
      throw new InputError(`--backend gpu: ${error.message}`);
    throw error;
  }
}
