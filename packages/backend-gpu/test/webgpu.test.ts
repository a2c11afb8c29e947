import { gpu } from "../src/index.ts";
import { testEngine } from "./test-engine.ts";
import { whereWebGpu } from "./where-webgpu.ts";

await whereWebGpu(() => testEngine(() => gpu({ mode: "webgpu" })));
