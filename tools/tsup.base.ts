import { defineConfig, type Options } from "tsup";

/** The one build of a published package: ESM, declarations and source maps. */
export function library(overrides: Options = {}) {
  return defineConfig({
    entry: ["src/index.ts"],
    format: ["esm"],
    target: "es2022",
    platform: "neutral",
    dts: true,
    sourcemap: true,
    clean: true,
    treeshake: false,
    ...overrides,
  });
}
