import type { Memory } from "./device.ts";

/** A texture of one float in each texel. Number i is in row ⌊i / width⌋, so any array can be read from it. */
export interface TextureMemory extends Memory {
  readonly texture: WebGLTexture;
  /** Width and height in texels. */
  readonly size: Int32Array;
}

/** The least width of a texture. */
const MIN_WIDTH = 64;

/** Textures as memory: made, written and read. */
export class Textures {
  /** The most numbers that a texture can hold. */
  readonly maxFloats: number;
  readonly #gl: WebGL2RenderingContext;
  readonly #maxWidth: number;
  readonly #framebuffer: WebGLFramebuffer;
  /** Whether numbers can be read back as they lie, or only with three others beside each. */
  #isReadTight: boolean | undefined;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    const largest = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
    this.maxFloats = largest ** 2;
    this.#maxWidth = largest;
    this.#framebuffer = gl.createFramebuffer();
  }

  create(floats: number): TextureMemory {
    const gl = this.#gl;
    const square = 2 ** Math.ceil(Math.log2(Math.sqrt(floats)));
    const width = Math.min(this.#maxWidth, Math.max(MIN_WIDTH, square));
    const size = Int32Array.of(width, Math.ceil(floats / width));
    const texture = gl.createTexture();
    this.#select(texture);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
      gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R32F, size[0]!, size[1]!);
    return { texture, size, floats };
  }

  /** Width and height of the rows that hold the first `floats` numbers. */
  sizeOf({ size }: TextureMemory, floats: number): Int32Array {
    return Int32Array.of(size[0]!, Math.ceil(floats / size[0]!));
  }

  write({ texture, size }: TextureMemory, data: Float32Array): void {
    const gl = this.#gl;
    const width = size[0]!;
    const rows = Math.floor(data.length / width);
    const rest = data.length - rows * width;
    this.#select(texture);
    const put = (row: number, columns: number, height: number) =>
      gl.texSubImage2D(
        gl.TEXTURE_2D,
        0,
        0,
        row,
        columns,
        height,
        gl.RED,
        gl.FLOAT,
        data,
        row * width,
      );
    if (rows > 0) put(0, width, rows);
    if (rest > 0) put(rows, rest, 1);
  }

  /** The first `floats` numbers, without holding the page up while the GPU computes. */
  async read(memory: TextureMemory, floats: number): Promise<Float32Array> {
    const gl = this.#gl;
    const [width, height] = this.sizeOf(memory, floats) as unknown as [number, number];
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, memory.texture, 0);
    this.#isReadTight ??=
      gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_FORMAT) === gl.RED &&
      gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_TYPE) === gl.FLOAT;
    const [format, channels] = this.#isReadTight ? [gl.RED, 1] : [gl.RGBA, 4];
    const texels = new Float32Array(width * height * channels);
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, texels.byteLength, gl.STREAM_READ);
    gl.readPixels(0, 0, width, height, format, gl.FLOAT, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    await this.#finished();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, texels);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.deleteBuffer(buffer);
    if (channels === 1) return texels.slice(0, floats);
    return Float32Array.from({ length: floats }, (_, i) => texels[i * channels]!);
  }

  /** Waits until the GPU has done what it was told. */
  async #finished(): Promise<void> {
    const gl = this.#gl;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!fence) return;
    gl.flush();
    while (!gl.isContextLost() && gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED)
      await new Promise((resolve) => setTimeout(resolve));
    gl.deleteSync(fence);
  }

  /** Textures are changed in a unit that no kernel uses. */
  #select(texture: WebGLTexture): void {
    this.#gl.activeTexture(this.#gl.TEXTURE15);
    this.#gl.bindTexture(this.#gl.TEXTURE_2D, texture);
  }
}
