import { runSuite } from "./run-suite.ts";

runSuite("webgl2").then(
  (report) => postMessage(report),
  (error: unknown) => postMessage({ mode: "webgl2", tests: 0, failures: [String(error)] }),
);
