import { GpuError, GpuLostError, GpuUnavailableError } from "../errors.ts";
import {
  type ArgumentType,
  checkMode,
  commonSettings,
  type Dims,
  type GlTexture,
  type GpuInstance,
  type GpuJs,
  type WebGl2Kernel,
} from "../gpu-js.ts";
import type { Kernel, Parameter } from "../kernel.ts";
import type { Device, Memory, Reading } from "./device.ts";
import { Pool } from "./pool.ts";
import { Specialisations } from "./specialisations.ts";
import { type TextureMemory, Textures } from "./textures.ts";

interface TextureReading extends Reading {
  readonly memory: TextureMemory;
}

const ARGUMENT_TYPES: Record<Parameter, ArgumentType> = {
  tensor: "ArrayTexture(1)",
  integer: "Integer",
  float: "Float",
};

/** A texture as gpu.js takes it: read in any dimensions, or written. */
class TextureView implements GlTexture {
  readonly type = "ArrayTexture(1)";
  readonly texture: WebGLTexture;
  readonly context: WebGL2RenderingContext;
  readonly size: Int32Array;
  readonly dimensions: Dims;

  constructor({ texture, size }: TextureMemory, context: WebGL2RenderingContext, dims: Dims) {
    this.texture = texture;
    this.context = context;
    this.size = size;
    this.dimensions = dims;
  }

  beforeMutate(): boolean {
    return false;
  }

  /** gpu.js deletes what a kernel wrote last together with the kernel; this belongs to the pool. */
  delete(): void {}
}

/**
 * WebGL2. A kernel is a fragment shader, and a tensor a texture with one number in each texel, row after row. gpu.js
 * translates and draws; textures are our own, so that they can be pooled and read in any dimensions.
 */
export class WebGl2Device implements Device {
  readonly mode = "webgl2";
  readonly adapter: string;
  /** Four numbers in a texel could not be read one by one. */
  readonly hasWideThreads = false;
  readonly maxFloats: number;
  readonly maxThreads: Dims = [2 ** 30, 2 ** 30, 2 ** 30];
  readonly #gl: WebGL2RenderingContext;
  readonly #gpu: GpuInstance<WebGl2Kernel>;
  readonly #kernels = new Map<string, WebGl2Kernel>();
  readonly #specialisations = new Specialisations<WebGl2Kernel>((kernel) => kernel.destroy());
  readonly #textures: Textures;
  readonly #pool: Pool<TextureMemory>;
  #operation = "fromArray";
  #compiles = 0;
  #failure: Error | undefined;

  private constructor(library: GpuJs, gl: WebGL2RenderingContext) {
    const { canvas } = gl;
    this.#gl = gl;
    this.#gpu = new library.GPU({ mode: "webgl2", canvas, context: gl });
    this.#textures = new Textures(gl);
    this.maxFloats = this.#textures.maxFloats;
    this.adapter = nameOf(gl);
    this.#pool = new Pool({
      maxFloats: this.maxFloats,
      create: (floats) => {
        const memory = this.#textures.create(floats);
        this.#checkErrors(this.#operation);
        return memory;
      },
      destroy: ({ texture }) => gl.deleteTexture(texture),
    });
    canvas.addEventListener("webglcontextlost", () => this.#lose());
  }

  /** @throws GpuUnavailableError when there is no WebGL2, or it cannot compute with floats. */
  static async open(library: GpuJs): Promise<WebGl2Device> {
    const canvas =
      typeof OffscreenCanvas === "undefined"
        ? globalThis.document?.createElement("canvas")
        : new OffscreenCanvas(2, 2);
    const gl = canvas?.getContext("webgl2", {
      alpha: false,
      depth: false,
      antialias: false,
    }) as WebGL2RenderingContext | null | undefined;
    if (!gl) throw new GpuUnavailableError("there is no WebGL2 here");
    if (!gl.getExtension("EXT_color_buffer_float"))
      throw new GpuUnavailableError("this WebGL2 cannot render to textures of floats");
    return new WebGl2Device(library, gl);
  }

  get counts() {
    const kernels = this.#kernels.size + this.#specialisations.count;
    return { kernels, memories: this.#pool.count };
  }

  upload(data: Float32Array): TextureMemory {
    this.#check();
    this.#operation = "fromArray";
    const memory = this.#pool.take(data.length);
    this.#textures.write(memory, data);
    return memory;
  }

  run(kernel: Kernel, threads: Dims, args: readonly (TextureReading | number)[]): TextureMemory {
    this.#check();
    this.#operation = kernel.name;
    const cells = threads[0] * threads[1] * threads[2];
    const memory = this.#pool.take(cells);
    const gl = this.#gl;
    const values = args.map((arg) =>
      typeof arg === "number" ? arg : new TextureView(arg.memory, gl, arg.dims),
    );
    const output = new TextureView(memory, gl, threads);
    const compiles = this.#compiles;
    try {
      const compiled = this.#compiled(kernel, values, output);
      const size = this.#textures.sizeOf(memory, cells);
      compiled.threadDim = threads;
      compiled.texSize = size;
      compiled.maxTexSize = size;
      compiled.texture = output;
      compiled._textureSwitched = true;
      gl.viewport(0, 0, size[0]!, size[1]!);
      compiled.run(...values);
      if (this.#compiles > compiles) this.#checkErrors(kernel.name);
    } catch (cause) {
      this.#fail(new GpuError(kernel.name, messageOf(cause), { cause }));
    }
    return memory;
  }

  async read(memory: Memory, floats: number): Promise<Float32Array> {
    this.#check();
    const values = await this.#textures.read(memory as TextureMemory, floats);
    this.#checkErrors("read");
    this.#check();
    return values;
  }

  free(memory: TextureMemory): void {
    this.#pool.give(memory);
  }

  async close(): Promise<void> {
    this.#fail(new GpuError("close", "the engine was closed; open another"));
    this.#pool.clear();
    this.#kernels.clear();
    await this.#gpu.destroy();
    // A page has few contexts, and loses old ones to new.
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  /** Sizes are arguments, but where much is computed and they come again and again: then they are compiled in. */
  #compiled(
    kernel: Kernel,
    args: readonly (TextureView | number)[],
    output: TextureView,
  ): WebGl2Kernel {
    const special =
      workOf(kernel, args, output) >= WORTH_COMPILING
        ? this.#specialisations.find(keyOf(kernel, args), () =>
            this.#compile(kernel, args, output, false),
          )
        : undefined;
    if (special) return special;
    const known = this.#kernels.get(kernel.name);
    if (known) return known;
    const made = this.#compile(kernel, args, output, true);
    this.#kernels.set(kernel.name, made);
    return made;
  }

  #compile(
    kernel: Kernel,
    args: readonly unknown[],
    output: GlTexture,
    dynamicArguments: boolean,
  ): WebGl2Kernel {
    this.#compiles += 1;
    const { kernel: made } = this.#gpu.createKernel(kernel.source, {
      ...commonSettings,
      dynamicArguments,
      output: [1, 1, 1],
      argumentTypes: Object.values(kernel.parameters).map((kind) => ARGUMENT_TYPES[kind]),
      returnType: "Number",
      pipeline: true,
    });
    made.texture = output;
    made.build(...args);
    checkMode(made);
    return made;
  }

  #lose(): void {
    this.#fail(
      new GpuLostError(
        "gpu: the WebGL2 context was lost; open the engine again and go on from the last checkpoint",
      ),
    );
  }

  /** What the context has to report is the failure of `operation`. */
  #checkErrors(operation: string): void {
    const error = this.#gl.getError();
    if (error === this.#gl.CONTEXT_LOST_WEBGL || this.#gl.isContextLost()) this.#lose();
    else if (error === this.#gl.OUT_OF_MEMORY)
      this.#fail(new GpuError(operation, "the GPU has no memory left"));
    else if (error !== this.#gl.NO_ERROR)
      this.#fail(new GpuError(operation, `WebGL2 reports error ${error}`));
  }

  /** The first failure is the one that is told. */
  #fail(error: Error): void {
    this.#failure ??= error;
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
  }
}

/** Reads of a product for which it pays to compile a kernel for its sizes. */
const WORTH_COMPILING = 2 ** 21;

/** How many numbers a product adds up; 0 of other kernels. */
function workOf(
  { parameters }: Kernel,
  args: readonly (TextureView | number)[],
  { dimensions: [x, y, z] }: TextureView,
): number {
  const inner = args[Object.keys(parameters).indexOf("inner")];
  return typeof inner === "number" ? x * y * z * inner : 0;
}

const keyOf = ({ name }: Kernel, args: readonly (TextureView | number)[]) =>
  `${name} ${args.map((arg) => (typeof arg === "number" ? "" : `${arg.dimensions} in ${arg.size}`))}`;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function nameOf(gl: WebGL2RenderingContext): string {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}
