import type { Handle, Shape } from "@lm/backend";
import type { Block } from "./heap.ts";

/**
 * A tensor of this engine: a view on a block of linear memory. Reshaping (of what lies in one piece), permuting, slicing
 * and expanding make another view of the same block, which is free when its last view is disposed of.
 */
export class CpuTensor implements Handle {
  readonly shape: Shape;
  /** Elements. */
  readonly size: number;
  /** In elements, one for each axis; null where the tensor is contiguous: row-major and in one piece. */
  readonly strides: readonly number[] | null;
  /** Bytes from the beginning of the block. */
  readonly offset: number;
  /** Null once the tensor has been disposed of. */
  block: Block | null;

  constructor(
    shape: Shape,
    size: number,
    strides: readonly number[] | null,
    block: Block,
    offset: number,
  ) {
    this.shape = shape;
    this.size = size;
    this.strides = strides;
    this.block = block;
    this.offset = offset;
  }
}
