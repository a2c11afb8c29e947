import { openEngine } from "../src/gpu.ts";
import { testEngine } from "./test-engine.ts";

await testEngine(() => openEngine("webasm"));
