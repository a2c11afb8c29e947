import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { loadGpuJs } from "../src/gpu-js.ts";

const readJson = (path: string | URL) => JSON.parse(readFileSync(path, "utf8"));

it("is installed in the very version that its undocumented fields were read in", async () => {
  const { peerDependencies } = readJson(new URL("../package.json", import.meta.url));
  const main = createRequire(import.meta.url).resolve("gpu.js");
  const { version } = readJson(join(dirname(dirname(main)), "package.json"));
  expect(version).toBe(peerDependencies["gpu.js"]);
  expect(await loadGpuJs()).toBeDefined();
});
