import { describe } from "vitest";
import { GpuUnavailableError, gpu } from "../src/index.ts";
import { testEngine } from "./test-engine.ts";

/** The engines that must answer here, whatever the machine. */
const required = (process.env.LM_REQUIRE_BACKENDS ?? "").split(",");

const open = () => gpu({ mode: "webgpu" });
try {
  await testEngine(open);
} catch (error) {
  if (!(error instanceof GpuUnavailableError) || required.includes("webgpu")) throw error;
  describe.skip(`WebGPU in Node (${error.message})`, () => {});
}
