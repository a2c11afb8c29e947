import { constant, storeLanes } from "./lanes";
import { tanh } from "./math";
import { PANEL } from "./pack";
import {
  addToHidden,
  at,
  multiplyGate,
  multiplyLast,
  ownProducts,
  PRODUCT_ROW,
  packBackward,
  packForward,
  runSteps,
  sequence,
  stateBefore,
  stateStride,
  unitsFrom,
} from "./recurrence";

/** Elman's recurrence, h = tanh(x + h·Wᵀ + b), over a whole sequence. */

@unmanaged
class Job {
  x: usize = 0;
  hidden: usize = 0;
  bias: usize = 0;
  output: usize = 0;
  /** The gradients of the output and of x. */
  gradient: usize = 0;
  dx: usize = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

const ONE = memory.data<f32>([1]);

/** After `setSequence`. */
export function rnnSequence(x: usize, hidden: usize, bias: usize, output: usize): void {
  job.x = x;
  job.hidden = hidden;
  job.bias = bias;
  job.output = output;
  packForward(1);
  runSteps(true, 1, forwardUnits);
}

function forwardUnits(begin: i32, end: i32): void {
  const size = sequence.size;
  const states = stateBefore(job.output, job.hidden);
  const products = ownProducts();
  for (let group = begin; group < end; group++) {
    multiplyGate(0, group, states, stateStride(), products);
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const product = v128.load(products + <usize>row * PRODUCT_ROW + ((<usize>half) << 2));
        const x = v128.load(at(job.x, row, sequence.step, size, unit));
        const bias = v128.load(job.bias + ((<usize>unit) << 2));
        const h = tanh(f32x4.add(f32x4.add(product, bias), x));
        storeLanes(at(job.output, row, sequence.step, size, unit), h, units);
      }
  }
}

/** After `setSequence`. dHidden holds zeros. */
export function rnnSequenceBackward(
  gradient: usize,
  output: usize,
  dx: usize,
  dHidden: usize,
): void {
  job.gradient = gradient;
  job.output = output;
  job.dx = dx;
  packBackward(sequence.size);
  runSteps(false, 1, backwardUnits);
  addToHidden(dx, sequence.size, dHidden);
}

function backwardUnits(begin: i32, end: i32): void {
  const size = sequence.size;
  const products = ownProducts();
  for (let group = begin; group < end; group++) {
    multiplyLast(group, job.dx, size, products);
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const product = v128.load(products + <usize>row * PRODUCT_ROW + ((<usize>half) << 2));
        const h = v128.load(at(job.output, row, sequence.step, size, unit));
        const dh = f32x4.add(v128.load(at(job.gradient, row, sequence.step, size, unit)), product);
        const dx = f32x4.mul(dh, f32x4.sub(constant(ONE), f32x4.mul(h, h)));
        storeLanes(at(job.dx, row, sequence.step, size, unit), dx, units);
      }
  }
}
