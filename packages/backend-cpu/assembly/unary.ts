import { constant } from "./lanes";
import * as math from "./math";
import * as op from "./op-codes";
import { parallel } from "./pool";

/** Functions of one tensor, element by element. */

@unmanaged
class Job {
  code: i32 = 0;
  x: usize = 0;
  y: usize = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

const ONE = memory.data<f32>([1]);

/** y = f(x) for `size` elements in one piece; y begins a block. x may be y. */
export function unary(code: i32, x: usize, y: usize, size: i32): void {
  job.code = code;
  job.x = x;
  job.y = y;
  const isCheap = code == op.NEGATE || code == op.ABS || code == op.RELU;
  // The last vector may go beyond the last element: a block ends with whole vectors.
  parallel(unaryVectors, (size + 3) >> 2, isCheap ? 0.5 : 5);
}

// @inline
function lanes(code: i32, x: v128): v128 {
  if (code == op.NEGATE) return f32x4.neg(x);
  if (code == op.ABS) return math.abs(x);
  if (code == op.EXP) return math.exp(x);
  if (code == op.LOG) return math.log(x);
  if (code == op.SQRT) return f32x4.sqrt(x);
  if (code == op.RECIPROCAL) return f32x4.div(constant(ONE), x);
  if (code == op.TANH) return math.tanh(x);
  if (code == op.SIGMOID) return math.sigmoid(x);
  // NaN is not less than 0, and stays.
  if (code == op.RELU) return v128.andnot(x, f32x4.lt(x, f32x4.splat(0)));
  if (code == op.ERF) return math.erf(x);
  if (code == op.GELU) return math.gelu(x);
  return math.silu(x);
}

// @inline
function loop(code: i32, begin: i32, end: i32): void {
  let x = job.x + ((<usize>begin) << 4);
  let y = job.y + ((<usize>begin) << 4);
  for (const last = job.x + ((<usize>end) << 4); x < last; x += 16, y += 16)
    v128.store(y, lanes(code, v128.load(x)));
}

function unaryVectors(begin: i32, end: i32): void {
  switch (job.code) {
    case op.NEGATE:
      return loop(op.NEGATE, begin, end);
    case op.ABS:
      return loop(op.ABS, begin, end);
    case op.EXP:
      return loop(op.EXP, begin, end);
    case op.LOG:
      return loop(op.LOG, begin, end);
    case op.SQRT:
      return loop(op.SQRT, begin, end);
    case op.RECIPROCAL:
      return loop(op.RECIPROCAL, begin, end);
    case op.TANH:
      return loop(op.TANH, begin, end);
    case op.SIGMOID:
      return loop(op.SIGMOID, begin, end);
    case op.RELU:
      return loop(op.RELU, begin, end);
    case op.ERF:
      return loop(op.ERF, begin, end);
    case op.GELU:
      return loop(op.GELU, begin, end);
    case op.SILU:
      return loop(op.SILU, begin, end);
  }
}
