import { gpu } from "../../src/index.ts";
import { type Report, runSuite } from "./run-suite.ts";

/** The suite on WebGL2; that WebGPU answers here as well is proof enough that it runs in workers. */
async function run(): Promise<Report> {
  const backend = await gpu({ mode: "webgpu" });
  await backend.close();
  return runSuite("webgl2");
}

run().then(
  (report) => postMessage(report),
  (error: unknown) => postMessage({ mode: "webgl2", tests: 0, failures: [String(error)] }),
);
