/** Worker threads that run kernels: `worker_threads` in Node and its like, Web Workers in browsers. */

/** What each worker needs: the compiled kernels, the shared memory, and which thread it is. */
interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly index: number;
}

/**
 * The worker's program: text, so that it survives every bundler. It announces itself and then stays inside
 * WebAssembly until the pool is closed.
 */
const program = `
const run = ({ module, memory, index }, announce) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  announce("ready");
  exports.work(index);
};`;
const nodeProgram = `${program}
const { parentPort, workerData } = require("node:worker_threads");
run(workerData, (message) => parentPort.postMessage(message));`;
const browserProgram = `${program}
onmessage = ({ data }) => { run(data, postMessage); close(); };`;

type NodeBuiltins = Pick<typeof import("node:process"), "getBuiltinModule">;
/** Node's modules without an import, which a bundler for browsers would stumble over. */
const builtins = (globalThis as { process?: Partial<NodeBuiltins> }).process?.getBuiltinModule;

/** @throws RangeError, or Error where there can be no more than one. */
export function checkThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > 64)
    throw new RangeError(`cpu: threads is ${threads}; give a whole number from 1 to 64`);
  if (threads > 1 && !canShareMemory())
    throw new Error(
      `cpu: ${threads} threads need shared memory, which a browser grants only to a page that is served with ` +
        "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp; or give threads: 1",
    );
}

/** How many threads are worth starting: one for each core, as far as small models can feed them. */
export function defaultThreads(): number {
  const cores = builtins
    ? builtins("node:os").availableParallelism()
    : (globalThis.navigator?.hardwareConcurrency ?? 1);
  return canShareMemory() ? Math.min(cores, 8) : 1;
}

/** Whether threads can share memory: in a browser only where the page is isolated by its headers (COOP, COEP). */
function canShareMemory(): boolean {
  return (
    typeof SharedArrayBuffer !== "undefined" &&
    (builtins !== undefined || globalThis.crossOriginIsolated === true)
  );
}

/** Starts `count` workers, threads 1 to `count`. Resolves when all are ready. */
export async function startWorkers(
  count: number,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<void> {
  const start = builtins ? startNodeWorker : startWebWorker;
  const indices = Array.from({ length: count }, (_, i) => i + 1);
  await Promise.all(indices.map((index) => start({ module, memory, index })));
}

function startNodeWorker(workerData: WorkerStart): Promise<void> {
  const { Worker } = builtins!("node:worker_threads");
  const worker = new Worker(nodeProgram, { eval: true, workerData, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      // From here on the worker must not keep the process alive.
      worker.unref();
      resolve();
    });
    worker.once("error", reject);
  });
}

function startWebWorker(start: WorkerStart): Promise<void> {
  const url = URL.createObjectURL(new Blob([browserProgram], { type: "text/javascript" }));
  const worker = new Worker(url);
  return new Promise((resolve, reject) => {
    const settle = (action: () => void) => () => {
      URL.revokeObjectURL(url);
      action();
    };
    worker.onmessage = settle(resolve);
    worker.onerror = settle(() =>
      reject(
        new Error(
          "cpu: a worker could not start; the page's policy must allow worker-src blob:, or give threads: 1",
        ),
      ),
    );
    worker.postMessage(start);
  });
}
