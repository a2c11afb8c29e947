/**
 * The loop nest of an op on several operands that broadcast: three axes, of which the innermost is contiguous (or one
 * number) in every operand and the output lies in one piece. The work is split into items: blocks of a row.
 */

/** Elements of a block: a multiple of 4, so that only the last block of a row ends within a vector. */
const BLOCK = 8192;

@unmanaged
class Nest {
  y: usize = 0;
  size1: i32 = 0;
  size2: i32 = 0;
  blocks: i32 = 0;
}
const nest = changetype<Nest>(memory.data(offsetof<Nest>()));

/** Sets the nest up. Returns how many items it has. */
export function openNest(y: usize, size0: i32, size1: i32, size2: i32): i32 {
  nest.y = y;
  nest.size1 = size1;
  nest.size2 = size2;
  nest.blocks = (size2 + BLOCK - 1) / BLOCK;
  return size0 * size1 * nest.blocks;
}

/** What an item takes, for an op that takes so many nanoseconds an element. */
export function itemCost(nanoseconds: f32): f32 {
  return 5 + nanoseconds * <f32>min(BLOCK, nest.size2);
}

// @inline
export function rowOf(item: i32): i32 {
  return item / nest.blocks;
}

/** The first element of an item within its row. */
// @inline
export function startOf(item: i32): i32 {
  return (item % nest.blocks) * BLOCK;
}

// @inline
export function lengthOf(start: i32): i32 {
  return min(BLOCK, nest.size2 - start);
}

// @inline
export function outputOf(row: i32, start: i32): usize {
  return nest.y + ((<usize>row * <usize>nest.size2 + <usize>start) << 2);
}

@unmanaged
export class Operand {
  address: usize = 0;
  stride0: usize = 0;
  stride1: usize = 0;
  /** Bytes from one element of a row to the next: 4, or 0 where the whole row is one number. */
  stride2: usize = 0;
}

/** Strides come in elements. */
export function setOperand(
  operand: Operand,
  address: usize,
  stride0: i32,
  stride1: i32,
  stride2: i32,
): void {
  operand.address = address;
  operand.stride0 = (<usize>stride0) << 2;
  operand.stride1 = (<usize>stride1) << 2;
  operand.stride2 = (<usize>stride2) << 2;
}

// @inline
export function operandAt(operand: Operand, row: i32, start: i32): usize {
  return (
    operand.address +
    <usize>(row / nest.size1) * operand.stride0 +
    <usize>(row % nest.size1) * operand.stride1 +
    <usize>start * operand.stride2
  );
}
