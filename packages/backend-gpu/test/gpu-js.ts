import { describe, expect, it } from "vitest";
import type {
  GpuJs,
  GpuJsMode,
  WebAssemblyKernel,
  WebGl2Kernel,
  WebGpuKernel,
} from "../src/gpu-js.ts";
import { commonSettings, loadGpuJs } from "../src/gpu-js.ts";

type Fields<Kernel> = Readonly<Record<Exclude<keyof Kernel, "constructor">, unknown>>;

const ofAll = {
  built: false,
  fallbackReason: null,
  destroy: expect.any(Function),
  build: expect.any(Function),
  run: expect.any(Function),
};

/** What each undocumented field is before a kernel is built. */
const fields: {
  readonly webasm: Fields<WebAssemblyKernel>;
  readonly webgpu: Fields<WebGpuKernel>;
  readonly webgl2: Fields<WebGl2Kernel>;
} = {
  webasm: {
    ...ofAll,
    moduleCacheLimit: expect.any(Number),
    _shapeOutput: expect.any(Function),
    setOutput: expect.any(Function),
  },
  webgpu: {
    ...ofAll,
    outputBuffer: null,
    bindGroupDirty: true,
    setOutput: expect.any(Function),
  },
  webgl2: {
    ...ofAll,
    threadDim: null,
    texSize: null,
    maxTexSize: null,
    texture: null,
    _textureSwitched: null,
  },
};

const classes: Readonly<Record<GpuJsMode, string>> = {
  webasm: "WebAssemblyKernel",
  webgpu: "WebGPUKernel",
  webgl2: "WebGL2Kernel",
};

/** The contract with gpu.js: the fields that `src/gpu-js.ts` names are there, and are what it says. */
export function testGpuJs(mode: GpuJsMode): void {
  describe(`gpu.js in mode ${mode}`, async () => {
    const library = (await loadGpuJs()) as GpuJs & {
      readonly GPU: new (
        options: object,
      ) => {
        createKernel(
          source: string,
          settings: object,
        ): { readonly kernel: Record<string, unknown> };
      };
    };
    const { kernel } = new library.GPU({ mode }).createKernel("function (a) { return a; }", {
      ...commonSettings,
      output: [1, 1, 1],
      argumentTypes: ["Float"],
      pipeline: false,
      returnType: "Number",
    });

    it.each(Object.entries(fields[mode]))("has kernels with the field %s", (name, value) => {
      expect(kernel[name]).toEqual(value);
    });

    it("computes with the class of the mode, which a minifier may not rename", () => {
      expect(kernel.constructor.name).toBe(classes[mode]);
    });

    it("has the classes that handles are made of", () => {
      expect(library.Input.prototype).toBeTypeOf("object");
      expect(library.WebGPUBufferResult.prototype).toBeTypeOf("object");
      expect(library.WebGPUContext.acquire).toBeTypeOf("function");
    });
  });
}
