import { FreedTensorError, type Shape, sizeOf } from "@lm/backend";
import type { Device, Reading } from "./device/device.ts";
import { GpuLimitError } from "./errors.ts";
import type { Dims } from "./gpu-js.ts";
import { GpuTensor } from "./gpu-tensor.ts";
import { type Kernel, SPECIAL } from "./kernel.ts";

/** What the parameters of a kernel stand for, but those of `SPECIAL`, which the engine gives itself. */
export type Arguments = Readonly<Record<string, Reading | number>>;

/** What an op gives back: a tensor, or several by name. */
type Result = GpuTensor | Readonly<Record<string, GpuTensor | undefined>>;

/**
 * What every family of ops works with: how kernels are launched, and how tensors come to be and go. An op makes
 * tensors freely; `owning` frees those that it does not give back.
 */
export class Engine {
  readonly device: Device;
  #tensors = 0;
  #bytes = 0;
  /** What the running op has made. */
  #made: GpuTensor[] = [];
  /** Kernels that are written for a use, by name. */
  readonly #written = new Map<string, Kernel>();

  constructor(device: Device) {
    this.device = device;
  }

  /** Tensors that are alive. */
  get tensors(): number {
    return this.#tensors;
  }

  /** Bytes that they hold. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A new tensor with these numbers, which are not copied. */
  upload(data: Float32Array, shape: Shape): GpuTensor {
    if (data.length === 0) return this.#create(shape, null);
    this.#checkSize("fromArray", shape);
    return this.#create(shape, this.device.upload(data));
  }

  /** A new tensor of this shape, computed by a kernel. @throws GpuLimitError */
  launch(kernel: Kernel, shape: Shape, threads: Dims, args: Arguments): GpuTensor {
    if (sizeOf(shape) === 0) return this.#create(shape, null);
    this.#checkSize(kernel.name, shape);
    if (!kernel.isFlat) this.#checkThreads(kernel.name, shape, threads);
    const values = Object.keys(kernel.parameters).map((name) => {
      const value = args[name] ?? SPECIAL[name];
      if (value === undefined) throw new TypeError(`gpu: ${kernel.name} got no ${name}`);
      return value;
    });
    return this.#create(shape, this.device.run(kernel, threads, values));
  }

  /** A kernel that is written when it is first used. */
  written(name: string, write: (name: string) => Kernel): Kernel {
    const known = this.#written.get(name);
    if (known) return known;
    const made = write(name);
    this.#written.set(name, made);
    return made;
  }

  /** Another view of `x`; `strides` and `offset` (from that of `x`) in elements. */
  view(
    x: GpuTensor,
    shape: Shape,
    strides: readonly number[] | null = null,
    offset = 0,
  ): GpuTensor {
    const storage = this.storageOf(x);
    storage.references += 1;
    const size = sizeOf(shape);
    // Without elements every layout is contiguous.
    return this.#track(
      new GpuTensor(shape, size, size === 0 ? null : strides, x.offset + offset, storage),
    );
  }

  /** @throws FreedTensorError */
  dispose(x: GpuTensor): void {
    const storage = this.storageOf(x);
    x.storage = null;
    this.#tensors -= 1;
    storage.references -= 1;
    if (storage.references > 0) return;
    this.#bytes -= storage.bytes;
    if (storage.memory) this.device.free(storage.memory);
  }

  storageOf(x: GpuTensor) {
    if (x.storage === null)
      throw new FreedTensorError(
        `gpu: a tensor [${x.shape}] was used after it had been disposed of; dispose of it later`,
      );
    return x.storage;
  }

  /** The memory of a tensor with elements, from its beginning, as an array of three axes. */
  read(x: GpuTensor, dims: Dims): Reading {
    return { memory: this.storageOf(x).memory!, dims };
  }

  /** All of the memory that a tensor with elements shows a part of. */
  readAll(x: GpuTensor): Reading {
    return this.read(x, [this.storageOf(x).bytes / 4, 1, 1]);
  }

  /** The same ops, each of which frees what it made on the way to its result. */
  owning<Ops extends object>(ops: Ops): Ops {
    const owned: Record<string, (...args: unknown[]) => Result> = {};
    for (const [name, op] of Object.entries(ops) as [string, (...args: unknown[]) => Result][])
      owned[name] = (...args) => {
        let kept: ReadonlySet<unknown> = new Set();
        try {
          const result = op(...args);
          kept = new Set(result instanceof GpuTensor ? [result] : Object.values(result));
          return result;
        } finally {
          const made = this.#made;
          this.#made = [];
          for (const tensor of made) if (!kept.has(tensor)) this.dispose(tensor);
        }
      };
    return owned as Ops;
  }

  #create(shape: Shape, memory: Reading["memory"] | null): GpuTensor {
    const size = sizeOf(shape);
    const storage = { memory, bytes: size * 4, references: 1 };
    this.#bytes += storage.bytes;
    return this.#track(new GpuTensor(shape, size, null, 0, storage));
  }

  #track(tensor: GpuTensor): GpuTensor {
    this.#tensors += 1;
    this.#made.push(tensor);
    return tensor;
  }

  #checkSize(operation: string, shape: Shape): void {
    const { maxFloats, adapter } = this.device;
    if (sizeOf(shape) > maxFloats)
      throw new GpuLimitError(
        `gpu: ${operation}: a tensor [${shape}] has ${sizeOf(shape)} elements, but ${adapter} holds at most ` +
          `${maxFloats} in one; use smaller batches, or a shorter context`,
      );
  }

  #checkThreads(operation: string, shape: Shape, threads: Dims): void {
    const { maxThreads, adapter } = this.device;
    if (threads.some((count, axis) => count > maxThreads[axis]!))
      throw new GpuLimitError(
        `gpu: ${operation}: [${shape}] takes ${threads.join(" × ")} threads, but ${adapter} runs at most ` +
          `${maxThreads.join(" × ")} at once; use smaller batches, or reshape the tensor so that its axes are shorter`,
      );
  }
}
