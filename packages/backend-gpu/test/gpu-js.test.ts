import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { checkMode, commonSettings, loadGpuJs } from "../src/gpu-js.ts";

const readJson = (path: string | URL) => JSON.parse(readFileSync(path, "utf8"));

it("is installed in the very version that its undocumented fields were read in", async () => {
  const { peerDependencies } = readJson(new URL("../package.json", import.meta.url));
  const main = createRequire(import.meta.url).resolve("gpu.js");
  const { version } = readJson(join(dirname(dirname(main)), "package.json"));
  expect(version).toBe(peerDependencies["gpu.js"]);
  expect(await loadGpuJs()).toBeDefined();
});

it("is not followed where it goes on in another mode than it was asked for", async () => {
  const { GPU } = await loadGpuJs();
  const { kernel } = new GPU({ mode: "webasm" }).createKernel("function (a) { return a; }", {
    ...commonSettings,
    output: [1, 1, 1],
    argumentTypes: ["Float"],
    pipeline: false,
    returnType: "Number",
  });
  expect(() => checkMode(kernel)).not.toThrow();
  const degraded = Object.assign(kernel, { fallbackReason: "no SIMD" });
  expect(() => checkMode(degraded)).toThrow("gpu.js took another mode: no SIMD");
});
