import { constant, storeLanes } from "./lanes";
import * as math from "./math";
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
import * as op from "./op-codes";
import { parallel } from "./pool";

/** Functions of two tensors, element by element, which broadcast. */

const first = changetype<Operand>(memory.data(offsetof<Operand>()));
const second = changetype<Operand>(memory.data(offsetof<Operand>()));
const CODE = memory.data(4);

const ONE = memory.data<f32>([1]);

/** y = f(a, b) over three axes; strides in elements, the innermost 1 or 0. */
export function binary(
  code: i32,
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
  store<i32>(CODE, code);
  setOperand(first, aAddress, aStride0, aStride1, aStride2);
  setOperand(second, bAddress, bStride0, bStride1, bStride2);
  const items = openNest(y, size0, size1, size2);
  parallel(binaryItems, items, itemCost(code < op.GELU_BACKWARD ? 0.15 : 2));
}

// @inline
function lanes(code: i32, a: v128, b: v128): v128 {
  if (code == op.ADD) return f32x4.add(a, b);
  if (code == op.SUBTRACT) return f32x4.sub(a, b);
  if (code == op.MULTIPLY) return f32x4.mul(a, b);
  if (code == op.DIVIDE) return f32x4.div(a, b);
  if (code == op.MAXIMUM) return f32x4.max(a, b);
  if (code == op.MINIMUM) return f32x4.min(a, b);
  if (code == op.EQUAL) return v128.and(f32x4.eq(a, b), constant(ONE));
  if (code == op.LESS) return v128.and(f32x4.lt(a, b), constant(ONE));
  if (code == op.LESS_EQUAL) return v128.and(f32x4.le(a, b), constant(ONE));
  if (code == op.GELU_BACKWARD) return f32x4.mul(a, math.geluDerivative(b));
  return f32x4.mul(a, math.siluDerivative(b));
}

// @inline
function loop(code: i32, begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) {
    const row = rowOf(item);
    const start = startOf(item);
    const a = operandAt(first, row, start);
    const b = operandAt(second, row, start);
    const y = outputOf(row, start);
    rowLoop(code, a, first.stride2 != 0, b, second.stride2 != 0, y, lengthOf(start));
  }
}

/** `size` elements of a row; `a` and `b` are rows of as many, or one number. */
// @inline
function rowLoop(
  code: i32,
  a: usize,
  isRowA: bool,
  b: usize,
  isRowB: bool,
  y: usize,
  size: i32,
): void {
  const end = y + ((<usize>(size & ~3)) << 2);
  const numberA = v128.load32_splat(a);
  const numberB = v128.load32_splat(b);
  if (isRowA && isRowB)
    for (; y < end; y += 16, a += 16, b += 16)
      v128.store(y, lanes(code, v128.load(a), v128.load(b)));
  else if (isRowA)
    for (; y < end; y += 16, a += 16) v128.store(y, lanes(code, v128.load(a), numberB));
  else if (isRowB)
    for (; y < end; y += 16, b += 16) v128.store(y, lanes(code, numberA, v128.load(b)));
  else for (const both = lanes(code, numberA, numberB); y < end; y += 16) v128.store(y, both);
  if ((size & 3) == 0) return;
  const lastA = isRowA ? v128.load(a) : numberA;
  const lastB = isRowB ? v128.load(b) : numberB;
  storeLanes(y, lanes(code, lastA, lastB), size & 3);
}

function binaryItems(begin: i32, end: i32): void {
  switch (load<i32>(CODE)) {
    case op.ADD:
      return loop(op.ADD, begin, end);
    case op.SUBTRACT:
      return loop(op.SUBTRACT, begin, end);
    case op.MULTIPLY:
      return loop(op.MULTIPLY, begin, end);
    case op.DIVIDE:
      return loop(op.DIVIDE, begin, end);
    case op.MAXIMUM:
      return loop(op.MAXIMUM, begin, end);
    case op.MINIMUM:
      return loop(op.MINIMUM, begin, end);
    case op.EQUAL:
      return loop(op.EQUAL, begin, end);
    case op.LESS:
      return loop(op.LESS, begin, end);
    case op.LESS_EQUAL:
      return loop(op.LESS_EQUAL, begin, end);
    case op.GELU_BACKWARD:
      return loop(op.GELU_BACKWARD, begin, end);
    case op.SILU_BACKWARD:
      return loop(op.SILU_BACKWARD, begin, end);
  }
}
