import { openEngine } from "../src/gpu.ts";
import { testEngine } from "./test-engine.ts";

testEngine(await openEngine("webasm"));
