import { describe } from "vitest";
import { GpuUnavailableError, gpu } from "../src/index.ts";

/** The engines that must answer here, whatever the machine. */
const required = (process.env.LM_REQUIRE_BACKENDS ?? "").split(",");

/**
 * Registers tests of WebGPU in Node. Where no adapter answers they are skipped and say so; if `LM_REQUIRE_BACKENDS` names
 * `webgpu` they fail instead.
 */
export async function whereWebGpu(register: () => void | Promise<void>): Promise<void> {
  try {
    const backend = await gpu({ mode: "webgpu" });
    await backend.close();
  } catch (error) {
    if (!(error instanceof GpuUnavailableError) || required.includes("webgpu")) throw error;
    describe.skip(`WebGPU in Node (${error.message})`, () => {});
    return;
  }
  await register();
}
