import { gpu } from "../src/index.ts";
import { testEngine } from "./test-engine.ts";

await testEngine(() => gpu({ mode: "webgpu" }));
