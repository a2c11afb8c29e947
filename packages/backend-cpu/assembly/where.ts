import { storeLanes } from "./lanes";
import {
  itemCost,
  lengthOf,
  Operand,
  openNest,
  operandAt,
  outputOf,
  rowOf,
  setOperand,
  startOf,
} from "./nest";
import { parallel } from "./pool";

/** `a` where `mask` is not 0, else `b`. */

const mask = changetype<Operand>(memory.data(offsetof<Operand>()));
const a = changetype<Operand>(memory.data(offsetof<Operand>()));
const b = changetype<Operand>(memory.data(offsetof<Operand>()));

/** Over three axes; strides in elements, the innermost 1 or 0. */
export function where(
  maskAddress: usize,
  maskStride0: i32,
  maskStride1: i32,
  maskStride2: i32,
  aAddress: usize,
  aStride0: i32,
  aStride1: i32,
  aStride2: i32,
  bAddress: usize,
  bStride0: i32,
  bStride1: i32,
  bStride2: i32,
  y: usize,
  size0: i32,
  size1: i32,
  size2: i32,
): void {
  setOperand(mask, maskAddress, maskStride0, maskStride1, maskStride2);
  setOperand(a, aAddress, aStride0, aStride1, aStride2);
  setOperand(b, bAddress, bStride0, bStride1, bStride2);
  const items = openNest(y, size0, size1, size2);
  parallel(whereItems, items, itemCost(0.6));
}

// @inline
function loadRow(address: usize, stride: usize): v128 {
  return stride ? v128.load(address) : v128.load32_splat(address);
}

function whereItems(begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) {
    const row = rowOf(item);
    const start = startOf(item);
    let chosen = operandAt(mask, row, start);
    let yes = operandAt(a, row, start);
    let no = operandAt(b, row, start);
    let y = outputOf(row, start);
    for (let left = lengthOf(start); left > 0; left -= 4) {
      const isChosen = f32x4.ne(loadRow(chosen, mask.stride2), f32x4.splat(0));
      const value = v128.bitselect(loadRow(yes, a.stride2), loadRow(no, b.stride2), isChosen);
      storeLanes(y, value, min(left, 4));
      chosen += mask.stride2 << 2;
      yes += a.stride2 << 2;
      no += b.stride2 << 2;
      y += 16;
    }
  }
}
