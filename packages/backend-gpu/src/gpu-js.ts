import { GpuUnavailableError } from "./errors.ts";
import type { GpuAdapter, GpuBuffer, GpuDevice } from "./webgpu-api.ts";

/**
 * gpu.js as this engine sees it. Its own typings leave out most of what a backend needs, and some of what we use is not
 * documented: all of that is named here and nowhere else, for exactly the version that `peerDependencies` pins. A
 * contract test checks each field against the installed gpu.js.
 */

/** How gpu.js computes. `webasm` is WebAssembly on the CPU, for tests. */
export type GpuJsMode = "webgpu" | "webgl2" | "webasm";

/** Sizes of a rank-3 array, the innermost axis first. */
export type Dims = readonly [number, number, number];

/** The types of arguments by which gpu.js chooses how a kernel reads them. */
export type ArgumentType =
  /** A WebGPU buffer. */
  | "Array"
  /** Numbers in JavaScript's memory. */
  | "Input"
  /** A texture that holds a number in each texel. */
  | "ArrayTexture(1)"
  | "Integer"
  | "Float";

interface KernelSettings {
  readonly output: readonly number[];
  readonly argumentTypes: readonly ArgumentType[];
  readonly returnType: "Number" | "Array(4)";
  readonly precision: "single";
  readonly tactic: "precision";
  readonly loopMaxIterations: number;
  readonly dynamicOutput: true;
  readonly dynamicArguments: boolean;
  readonly pipeline: boolean;
  readonly immutable: false;
}

/** A kernel behind the function that `createKernel` returns. */
interface KernelBase {
  readonly built: boolean;
  /** Why gpu.js took another mode for this kernel, where it did. */
  readonly fallbackReason: string | null;
  destroy(): void;
}

export interface WebAssemblyKernel extends KernelBase {
  /** How many compiled modules, one for each combination of sizes, a kernel keeps. */
  moduleCacheLimit: number;
  /** Makes nested arrays of what the module computed; replaced, so that the flat array comes back. */
  _shapeOutput(data: Float32Array): unknown;
  setOutput(output: readonly number[]): unknown;
  build(...args: readonly unknown[]): void;
  run(...args: readonly unknown[]): Float32Array;
}

export interface WebGpuKernel extends KernelBase {
  /** Where the next run writes. */
  outputBuffer: PooledGpuBuffer | null;
  bindGroupDirty: boolean;
  setOutput(output: readonly number[]): unknown;
  /** Translates at once, and compiles meanwhile. */
  build(...args: readonly unknown[]): Promise<void>;
  run(...args: readonly unknown[]): Promise<unknown>;
}

/** A buffer as gpu.js counts its holders. */
interface PooledGpuBuffer extends GpuBuffer {
  _refs?: number;
}

export interface WebGl2Kernel extends KernelBase {
  /** The number of threads along each axis of the next run. */
  threadDim: Dims;
  /** Width and height of the texture that the next run renders to … */
  texSize: Int32Array;
  /** … and of the viewport, by whose ratio the quad is scaled. */
  maxTexSize: Int32Array;
  texture: GlTexture | null;
  /** Makes the next run attach `texture` to the framebuffer. */
  _textureSwitched: boolean;
  build(...args: readonly unknown[]): unknown;
  run(...args: readonly unknown[]): unknown;
}

/** What gpu.js asks of a texture that a kernel reads or writes. */
export interface GlTexture {
  readonly type: ArgumentType;
  readonly texture: WebGLTexture;
  readonly context: WebGL2RenderingContext;
  /** Width and height in texels. */
  readonly size: Int32Array;
  readonly dimensions: Dims;
  /** Whether the kernel has to take another texture to write to. */
  beforeMutate(): boolean;
  delete(): void;
}

/** What gpu.js asks of a WebGPU buffer that a kernel reads; it must be an instance of its own class. */
export interface WebGpuBufferView {
  readonly buffer: GpuBuffer;
  readonly output: Dims;
  readonly componentCount: 1;
  readonly context: WebGpuContext;
  readonly type: "WebGPUBuffer";
  readonly _deleted: false;
}

export interface WebGpuContext {
  readonly adapter: GpuAdapter;
  readonly device: GpuDevice;
  readonly isLost: boolean;
}

export interface GpuInstance<Kernel> {
  createKernel(source: string, settings: KernelSettings): { readonly kernel: Kernel };
  destroy(): Promise<void>;
}

interface GpuConstructor {
  new (options: { readonly mode: "webgpu" }): GpuInstance<WebGpuKernel>;
  new (options: { readonly mode: "webasm" }): GpuInstance<WebAssemblyKernel>;
  new (options: {
    readonly mode: "webgl2";
    readonly canvas: OffscreenCanvas | HTMLCanvasElement;
    readonly context: WebGL2RenderingContext;
  }): GpuInstance<WebGl2Kernel>;
}

export interface GpuJs {
  readonly GPU: GpuConstructor;
  readonly Input: { readonly prototype: object };
  readonly WebGPUBufferResult: { readonly prototype: object };
  readonly WebGPUContext: { acquire(): Promise<WebGpuContext> };
}

/** Sizes past this many steps would end a loop early, without a word. */
const UNLIMITED = 2 ** 30;

/** What every kernel is made with. */
export const commonSettings = {
  precision: "single",
  tactic: "precision",
  loopMaxIterations: UNLIMITED,
  dynamicOutput: true,
  dynamicArguments: true,
  immutable: false,
} as const;

/** gpu.js may go on in another mode where one does not do; here that is an error. */
export function checkMode({ fallbackReason }: KernelBase): void {
  if (fallbackReason !== null) throw new Error(`gpu.js took another mode: ${fallbackReason}`);
}

/**
 * Loads gpu.js.
 * @throws GpuUnavailableError when it is not installed, or is another version than the engine was written for.
 */
export async function loadGpuJs(): Promise<GpuJs> {
  let module: unknown;
  try {
    module = await import("gpu.js");
  } catch (cause) {
    throw new GpuUnavailableError(
      "gpu: gpu.js is not installed; install gpu.js@2.24.1 beside @lm/backend-gpu",
      { cause },
    );
  }
  // Node names the exports of CommonJS modules; bundlers give the whole module as the default.
  const { GPU, default: bundled } = module as { GPU?: unknown; default?: unknown };
  const library = (GPU ? module : bundled) as Partial<GpuJs> | undefined;
  if (!library?.GPU || !library.Input || !library.WebGPUBufferResult || !library.WebGPUContext)
    throw new GpuUnavailableError(
      "gpu: this gpu.js is not the version that the engine was written for; install gpu.js@2.24.1",
    );
  return library as GpuJs;
}
