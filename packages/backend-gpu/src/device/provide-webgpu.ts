import { GpuUnavailableError } from "../errors.ts";

interface WebGpuPackage {
  readonly globals: object;
  create(flags: readonly string[]): object;
}

/**
 * Node has no WebGPU of its own: there the optional package `webgpu` (Dawn, as in Chromium) provides `navigator.gpu`. Elsewhere
 * this does nothing.
 * @throws GpuUnavailableError when the package is not installed, or does not load.
 */
export async function provideWebGpu(): Promise<void> {
  if (globalThis.navigator && "gpu" in globalThis.navigator) return;
  if (!globalThis.process?.versions?.node) return;
  // Bundlers for browsers must not look for it.
  const name = "webgpu";
  let provider: WebGpuPackage;
  try {
    provider = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GpuUnavailableError(
      `Node has no WebGPU without the package webgpu, which does not load (${reason}); install webgpu@0.6.2`,
      { cause },
    );
  }
  Object.assign(globalThis, provider.globals);
  const changeable = { configurable: true, writable: true };
  if (!globalThis.navigator)
    Object.defineProperty(globalThis, "navigator", { value: {}, ...changeable });
  Object.defineProperty(globalThis.navigator, "gpu", { value: provider.create([]), ...changeable });
}
