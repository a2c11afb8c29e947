#!/usr/bin/env node
/**
 * The way in: `npm start`, `npm test` and `npm run lm` come here. It runs on whatever Node the system has (20.19 or newer)
 * before anything is installed, so it is plain JavaScript without dependencies. It installs what is missing, then runs
 * the command under the Node that came with the dependencies, which npm puts first in the PATH of its scripts.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureChromium } from "./setup/chromium.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { areKernelsStale } from "./setup/kernels.mjs";
import { ensureOpenBlas } from "./setup/openblas.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [command, ...args] = process.argv.slice(2);

/** Runs a program of Node's with our terminal. If it fails, we end as it did. */
async function node(nodeArgs, { cwd = root, stdio = "inherit" } = {}) {
  const child = spawn("node", nodeArgs, { cwd, stdio });
  // Ctrl-C reaches the child by itself; we wait for what it makes of it.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...ending) => resolve(ending));
  });
  if (signal) process.kill(process.pid, signal);
  if (code !== 0) process.exit(code ?? 1);
}

const nx = (nxArgs, options) =>
  node([join(root, "node_modules/nx/dist/bin/nx.js"), ...nxArgs], options);

async function lm(lmArgs) {
  // What the kernels' build prints is not the command's output.
  if (areKernelsStale(root)) await nx(["run-many", "-t", "wasm"], { stdio: ["ignore", 2, 2] });
  const main = join(root, "apps/cli/src/main.ts");
  // Relative paths are meant from where the command was typed.
  await node(["--conditions=@lm/source", main, ...lmArgs], {
    cwd: process.env.INIT_CWD ?? process.cwd(),
  });
}

ensureDependencies(root);
switch (command) {
  case "demo":
    await lm(["demo", ...args]);
    break;
  case "lm":
    await lm(args);
    break;
  case "test":
    ensureChromium(root);
    ensureOpenBlas(root);
    // With Chromium comes a software rasterizer for WebGPU: on CI its tests must run, and are not skipped.
    if (process.env.CI) process.env.LM_REQUIRE_BACKENDS ??= "webgpu";
    await nx(["run-many", "-t", "test", "test:browser", ...args]);
    break;
  default:
    console.error(`start: unknown command ${command}; use npm start, npm test or npm run lm`);
    process.exit(2);
}
