import { gpu } from "../src/index.ts";
import { testEngine } from "./test-engine.ts";

testEngine(await gpu({ mode: "webgpu" }));
