import { type Report, runSuite } from "./run-suite.ts";

/** Whether the policy lets the page make code of text. */
function canEvaluate(): boolean {
  try {
    return new Function("return true")();
  } catch {
    return false;
  }
}

/** WebGPU in the page, WebGL2 in a worker. */
const inWorker = new Promise<Report>((resolve, reject) => {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Report>) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
});
const reports = Promise.all([runSuite("webgpu"), inWorker]);
Object.assign(globalThis, { reports, canEvaluate: canEvaluate() });
