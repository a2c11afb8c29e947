/** Numbers that stand for a tensor: cells that kernels read as they read any other operand. */

const CELLS = memory.data(12);

/** Writes a number to one of three cells and returns the cell's address. */
export function setScalar(cell: i32, value: f32): usize {
  const address = CELLS + ((<usize>cell) << 2);
  store<f32>(address, value);
  return address;
}
