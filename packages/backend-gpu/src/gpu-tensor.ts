import type { Handle, Shape } from "@lm/backend";
import type { Memory } from "./device/device.ts";

/** Memory of the device that several tensors may show. Tensors without elements have none. */
export interface Storage {
  readonly memory: Memory | null;
  readonly bytes: number;
  /** How many tensors show it. */
  references: number;
}

/**
 * A tensor of this engine: a view of memory on the device. Reshaping (of what lies in one piece), permuting, slicing and
 * expanding make another view of the same memory, which is given back when its last view is disposed of.
 */
export class GpuTensor implements Handle {
  readonly shape: Shape;
  /** Elements. */
  readonly size: number;
  /** In elements, one for each axis; null where the tensor is row-major and in one piece. */
  readonly strides: readonly number[] | null;
  /** Where the first element is, in elements. */
  readonly offset: number;
  /** Null once the tensor has been disposed of. */
  storage: Storage | null;

  constructor(
    shape: Shape,
    size: number,
    strides: readonly number[] | null,
    offset: number,
    storage: Storage,
  ) {
    this.shape = shape;
    this.size = size;
    this.strides = strides;
    this.offset = offset;
    this.storage = storage;
  }
}
