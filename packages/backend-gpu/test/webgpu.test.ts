import { describe } from "vitest";
import { GpuUnavailableError, gpu } from "../src/index.ts";
import { testEngine } from "./test-engine.ts";

/** The engines that must answer here, whatever the machine. */
const required = (process.env.LM_REQUIRE_BACKENDS ?? "").split(",");

const backend = await gpu({ mode: "webgpu" }).catch((error: unknown) => {
  if (!(error instanceof GpuUnavailableError) || required.includes("webgpu")) throw error;
  console.warn(`skipped: ${error.message}`);
});
if (backend) testEngine(backend);
else describe.skip("WebGPU in Node (no adapter answered)", () => {});
