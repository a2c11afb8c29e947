import type { Kernels } from "./generated/kernels.ts";

/** `relaxed` multiplies and adds with one rounding where the machine can; `strict` rounds the same everywhere. */
export type Build = "relaxed" | "strict";

/** A module whose one function is `f32x4.relaxed_madd`. */
const relaxedProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic, version
  ...[1, 8, 1, 96, 3, 123, 123, 123, 1, 123], // type: (v128, v128, v128) → v128
  ...[3, 2, 1, 0], // one function of it
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11], // its body
);

/** The fastest build that this engine of JavaScript can run. */
export function supportedBuild(): Build {
  return WebAssembly.validate(relaxedProbe) ? "relaxed" : "strict";
}

/** Compiles a build, for a shared memory or for one of its own. */
export async function compileKernels(build: Build, isShared: boolean): Promise<WebAssembly.Module> {
  const { wasm, sharedFlagOffset } =
    build === "relaxed"
      ? await import("./generated/relaxed.ts")
      : await import("./generated/strict.ts");
  const bytes = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  // The binary asks for a shared memory: 3, shared with a maximum; 1 is the same unshared.
  bytes[sharedFlagOffset] = isShared ? 3 : 1;
  return WebAssembly.compile(bytes);
}

export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
