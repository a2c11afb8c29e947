import { constant, multiplyAdd, storeLanes } from "./lanes";
import { sigmoid, tanh } from "./math";
import { PANEL } from "./pack";
import {
  addToHidden,
  at,
  before,
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

/** The LSTM over a whole sequence; gates i, f, g, o side by side. */

@unmanaged
class Job {
  x: usize = 0;
  hidden: usize = 0;
  cell: usize = 0;
  bias: usize = 0;
  output: usize = 0;
  /** Saved for the backward pass: the gates after their activation `[B, T, 4H]`, and the cells `[B, T, H]`. */
  gates: usize = 0;
  cells: usize = 0;
  /** The gradient of the output (0: none), that of x, and that of the cell, which goes from step to step. */
  gradient: usize = 0;
  dx: usize = 0;
  dCell: usize = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

const ONE = memory.data<f32>([1]);

/** After `setSequence`. */
export function lstmSequence(
  x: usize,
  hidden: usize,
  cell: usize,
  bias: usize,
  output: usize,
  gates: usize,
  cells: usize,
): void {
  job.x = x;
  job.hidden = hidden;
  job.cell = cell;
  job.bias = bias;
  job.output = output;
  job.gates = gates;
  job.cells = cells;
  packForward(4);
  runSteps(true, 4, forwardUnits);
}

/** The cell that the running step starts from. */
// @inline
function cellBefore(row: i32, unit: i32): v128 {
  const step = before(sequence.step);
  const size = sequence.size;
  if (step >= 0) return v128.load(at(job.cells, row, step, size, unit));
  return v128.load(job.cell + ((<usize>(row * size + unit)) << 2));
}

function forwardUnits(begin: i32, end: i32): void {
  const size = sequence.size;
  const states = stateBefore(job.output, job.hidden);
  const products = ownProducts();
  for (let group = begin; group < end; group++) {
    for (let gate = 0; gate < 4; gate++)
      multiplyGate(gate, group, states, stateStride(), products + ((<usize>gate) << 5));
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const product = products + <usize>row * PRODUCT_ROW + ((<usize>half) << 2);
        const i = sigmoid(gateInput(0, product, row, unit));
        const f = sigmoid(gateInput(1, product, row, unit));
        const g = tanh(gateInput(2, product, row, unit));
        const o = sigmoid(gateInput(3, product, row, unit));
        const c = multiplyAdd(f, cellBefore(row, unit), f32x4.mul(i, g));
        const gates = at(job.gates, row, sequence.step, 4 * size, unit);
        const gateBytes = (<usize>size) << 2;
        storeLanes(gates, i, units);
        storeLanes(gates + gateBytes, f, units);
        storeLanes(gates + 2 * gateBytes, g, units);
        storeLanes(gates + 3 * gateBytes, o, units);
        storeLanes(at(job.cells, row, sequence.step, size, unit), c, units);
        const h = f32x4.mul(o, tanh(c));
        storeLanes(at(job.output, row, sequence.step, size, unit), h, units);
      }
  }
}

/** x + h·Wᵀ + b of a gate. */
// @inline
function gateInput(gate: i32, product: usize, row: i32, unit: i32): v128 {
  const size = sequence.size;
  const x = v128.load(at(job.x, row, sequence.step, 4 * size, gate * size + unit));
  const bias = v128.load(job.bias + ((<usize>(gate * size + unit)) << 2));
  return f32x4.add(f32x4.add(v128.load(product + ((<usize>gate) << 5)), bias), x);
}

/** After `setSequence`. `gradient` may be 0. dHidden holds zeros, dCell the gradient of the final cell. */
export function lstmSequenceBackward(
  gradient: usize,
  cell: usize,
  gates: usize,
  cells: usize,
  dx: usize,
  dHidden: usize,
  dCell: usize,
): void {
  job.gradient = gradient;
  job.cell = cell;
  job.gates = gates;
  job.cells = cells;
  job.dx = dx;
  job.dCell = dCell;
  packBackward(4 * sequence.size);
  runSteps(false, 4, backwardUnits);
  addToHidden(dx, 4 * sequence.size, dHidden);
}

function backwardUnits(begin: i32, end: i32): void {
  const size = sequence.size;
  const gateBytes = (<usize>size) << 2;
  const products = ownProducts();
  for (let group = begin; group < end; group++) {
    multiplyLast(group, job.dx, 4 * size, products);
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const one = constant(ONE);
        const gates = at(job.gates, row, sequence.step, 4 * size, unit);
        const i = v128.load(gates);
        const f = v128.load(gates + gateBytes);
        const g = v128.load(gates + 2 * gateBytes);
        const o = v128.load(gates + 3 * gateBytes);
        const c = tanh(v128.load(at(job.cells, row, sequence.step, size, unit)));
        let dh = v128.load(products + <usize>row * PRODUCT_ROW + ((<usize>half) << 2));
        if (job.gradient)
          dh = f32x4.add(dh, v128.load(at(job.gradient, row, sequence.step, size, unit)));
        const carried = job.dCell + ((<usize>(row * size + unit)) << 2);
        const slope = f32x4.sub(one, f32x4.mul(c, c));
        const dc = multiplyAdd(f32x4.mul(dh, o), slope, v128.load(carried));
        storeLanes(carried, f32x4.mul(dc, f), units);
        const dx = at(job.dx, row, sequence.step, 4 * size, unit);
        const di = f32x4.mul(f32x4.mul(dc, g), f32x4.mul(i, f32x4.sub(one, i)));
        const df = f32x4.mul(f32x4.mul(dc, cellBefore(row, unit)), f32x4.mul(f, f32x4.sub(one, f)));
        const dg = f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g)));
        const dO = f32x4.mul(f32x4.mul(dh, c), f32x4.mul(o, f32x4.sub(one, o)));
        storeLanes(dx, di, units);
        storeLanes(dx + gateBytes, df, units);
        storeLanes(dx + 2 * gateBytes, dg, units);
        storeLanes(dx + 3 * gateBytes, dO, units);
      }
  }
}
