import { FreedTensorError, type Shape, sizeOf } from "@lm/backend";
import { copyStrided } from "./copy-strided.ts";
import { CpuTensor } from "./cpu-tensor.ts";
import type { Kernels } from "./generated/kernels.ts";
import type { Block, Heap } from "./heap.ts";

/**
 * What every family of ops works with: the kernels, the memory, and how tensors come to be. An op first takes the addresses
 * of its inputs and its workspaces, then makes its outputs, then calls a kernel, and ends with `finish`, which frees
 * the workspaces. In that order an op that fails has made nothing.
 */
export class Engine {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  readonly heap: Heap;
  #tensors = 0;
  /** Blocks that the running op needs until it ends. */
  #temporary: Block[] = [];

  constructor(kernels: Kernels, memory: WebAssembly.Memory, heap: Heap) {
    this.kernels = kernels;
    this.memory = memory;
    this.heap = heap;
  }

  /** Tensors that are alive. */
  get tensors(): number {
    return this.#tensors;
  }

  /** A tensor in one piece; what it holds is undefined. @throws OutOfMemoryError */
  create(shape: Shape): CpuTensor {
    const tensor = new CpuTensor(shape, sizeOf(shape), null, this.#take(shape), 0);
    this.#tensors += 1;
    return tensor;
  }

  /** Several of them, or none if there is no room for all. */
  createAll(shapes: readonly Shape[]): CpuTensor[] {
    const made: CpuTensor[] = [];
    try {
      for (const shape of shapes) made.push(this.create(shape));
    } catch (error) {
      for (const tensor of made) this.dispose(tensor);
      throw error;
    }
    return made;
  }

  /** Another view of `x`; strides in elements, or null where it is contiguous; the offset in elements of `x`. */
  view(
    x: CpuTensor,
    shape: Shape,
    strides: readonly number[] | null,
    elementOffset = 0,
  ): CpuTensor {
    const block = this.#blockOf(x);
    block.references += 1;
    this.#tensors += 1;
    const size = sizeOf(shape);
    // Without elements every layout is contiguous.
    return new CpuTensor(
      shape,
      size,
      size === 0 ? null : strides,
      block,
      x.offset + elementOffset * 4,
    );
  }

  dispose(x: CpuTensor): void {
    this.heap.release(this.#blockOf(x));
    x.block = null;
    this.#tensors -= 1;
  }

  /** @throws FreedTensorError when one of them has been disposed of. */
  expectLive(...tensors: readonly CpuTensor[]): void {
    for (const x of tensors) this.#blockOf(x);
  }

  /** Where the first element of `x` is. @throws FreedTensorError */
  addressOf(x: CpuTensor): number {
    return this.#blockOf(x).address + x.offset;
  }

  /** Where the elements of `x` are in one piece: its own place, or that of a copy that lives until the op ends. */
  contiguous(x: CpuTensor): number {
    if (x.strides === null) return this.addressOf(x);
    const address = this.workspace(x.size);
    this.copy(x, address);
    return address;
  }

  /** Room for so many floats until the op ends. */
  workspace(floats: number): number {
    if (floats === 0) return 0;
    const block = this.#take([floats]);
    this.#temporary.push(block);
    return block.address;
  }

  /** Ends an op: frees its workspaces. */
  finish(): void {
    for (let block = this.#temporary.pop(); block; block = this.#temporary.pop())
      this.heap.release(block);
  }

  /** Copies the elements of `x` to a place where their strides are `strides`, row-major by default. */
  copy(x: CpuTensor, address: number, strides?: readonly number[]): void {
    if (x.size === 0) return;
    const from = { address: this.addressOf(x), strides: x.strides };
    copyStrided(this.kernels, x.shape, from, { address, strides });
  }

  #take(shape: Shape): Block {
    try {
      return this.heap.take(shape);
    } catch (error) {
      this.finish();
      throw error;
    }
  }

  #blockOf(x: CpuTensor): Block {
    if (x.block !== null) return x.block;
    this.finish();
    throw new FreedTensorError(
      `cpu: a tensor [${x.shape}] was used after it had been disposed of; dispose of it later`,
    );
  }
}
