import { constant, multiplyAdd, storeLanes } from "./lanes";
import { sigmoid, tanh } from "./math";
import { PANEL } from "./pack";
import {
  addToHidden,
  at,
  multiplyGate,
  multiplyGroup,
  multiplyLast,
  ownProducts,
  PRODUCT_ROW,
  packBackward,
  packForward,
  packRowsOf,
  rowStride,
  runSteps,
  sequence,
  stateBefore,
  stateStride,
  unitsFrom,
} from "./recurrence";

/**
 * The GRU over a whole sequence; gates r, z, n side by side. The reset gate acts after the recurrent product,
 * n = tanh(x + r·(h·Wᵀ + b)), or before it, n = tanh(x + (r·h)·Wᵀ + b), which takes two jobs a step.
 */

@unmanaged
class Job {
  x: usize = 0;
  hidden: usize = 0;
  bias: usize = 0;
  output: usize = 0;
  /** Saved for the backward pass: the gates after their activation `[B, T, 3H]` … */
  gates: usize = 0;
  /** … and what r acts on, or gives, `[B, T, H]`: h·Wᵀ + b where it acts after the product, r·h where before. */
  candidate: usize = 0;
  gradient: usize = 0;
  dx: usize = 0;
  /** The gradient of the recurrent products, which differs from that of x where r acts after them. */
  dProduct: usize = 0;
  /** The gradient of the state, which goes from step to step. */
  dHidden: usize = 0;
  /** The weights of n as panels, where r acts before them. */
  candidatePanels: usize = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

const ONE = memory.data<f32>([1]);

/** After `setSequence`. */
export function gruSequence(
  x: usize,
  hidden: usize,
  bias: usize,
  output: usize,
  gates: usize,
  candidate: usize,
  resetAfter: bool,
): void {
  job.x = x;
  job.hidden = hidden;
  job.bias = bias;
  job.output = output;
  job.gates = gates;
  job.candidate = candidate;
  packForward(3);
  if (resetAfter) runSteps(true, 3, resetAfterUnits);
  else runSteps(true, 2, gateUnits, candidateUnits);
}

// @inline
function gateOf(base: usize, gate: i32, row: i32, unit: i32): usize {
  return at(base, row, sequence.step, 3 * sequence.size, gate * sequence.size + unit);
}

// @inline
function biasOf(gate: i32, unit: i32): v128 {
  return v128.load(job.bias + ((<usize>(gate * sequence.size + unit)) << 2));
}

// @inline
function productOf(products: usize, gate: i32, row: i32, half: i32): v128 {
  return v128.load(products + <usize>row * PRODUCT_ROW + ((<usize>(gate * PANEL + half)) << 2));
}

/** σ(x + h·Wᵀ + b) of r or z. */
// @inline
function sigmoidGate(products: usize, gate: i32, row: i32, half: i32, unit: i32): v128 {
  const sum = f32x4.add(productOf(products, gate, row, half), biasOf(gate, unit));
  return sigmoid(f32x4.add(sum, v128.load(gateOf(job.x, gate, row, unit))));
}

/** The new state, n + z·(h − n). */
// @inline
function storeState(n: v128, z: v128, h: v128, row: i32, unit: i32, units: i32): void {
  const y = at(job.output, row, sequence.step, sequence.size, unit);
  storeLanes(y, multiplyAdd(z, f32x4.sub(h, n), n), units);
}

/** The state that the running step starts from. */
// @inline
function hiddenBefore(row: i32, unit: i32): v128 {
  const states = stateBefore(job.output, job.hidden);
  return v128.load(states + <usize>row * stateStride() + ((<usize>unit) << 2));
}

function resetAfterUnits(begin: i32, end: i32): void {
  const states = stateBefore(job.output, job.hidden);
  const products = ownProducts();
  for (let group = begin; group < end; group++) {
    for (let gate = 0; gate < 3; gate++)
      multiplyGate(gate, group, states, stateStride(), products + ((<usize>gate) << 5));
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const r = sigmoidGate(products, 0, row, half, unit);
        const z = sigmoidGate(products, 1, row, half, unit);
        const candidate = f32x4.add(productOf(products, 2, row, half), biasOf(2, unit));
        const n = tanh(multiplyAdd(r, candidate, v128.load(gateOf(job.x, 2, row, unit))));
        storeLanes(gateOf(job.gates, 0, row, unit), r, units);
        storeLanes(gateOf(job.gates, 1, row, unit), z, units);
        storeLanes(gateOf(job.gates, 2, row, unit), n, units);
        const saved = at(job.candidate, row, sequence.step, sequence.size, unit);
        storeLanes(saved, candidate, units);
        storeState(n, z, hiddenBefore(row, unit), row, unit, units);
      }
  }
}

/** First job of a step with the reset before the product: r, z and r·h. */
function gateUnits(begin: i32, end: i32): void {
  const states = stateBefore(job.output, job.hidden);
  const products = ownProducts();
  for (let group = begin; group < end; group++) {
    for (let gate = 0; gate < 2; gate++)
      multiplyGate(gate, group, states, stateStride(), products + ((<usize>gate) << 5));
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const r = sigmoidGate(products, 0, row, half, unit);
        const z = sigmoidGate(products, 1, row, half, unit);
        storeLanes(gateOf(job.gates, 0, row, unit), r, units);
        storeLanes(gateOf(job.gates, 1, row, unit), z, units);
        const candidate = f32x4.mul(r, hiddenBefore(row, unit));
        storeLanes(at(job.candidate, row, sequence.step, sequence.size, unit), candidate, units);
      }
  }
}

/** Second job: n and the new state. */
function candidateUnits(begin: i32, end: i32): void {
  const size = sequence.size;
  const products = ownProducts();
  const candidates = at(job.candidate, 0, sequence.step, size, 0);
  for (let group = begin; group < end; group++) {
    multiplyGate(2, group, candidates, rowStride(size), products);
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const sum = f32x4.add(productOf(products, 0, row, half), biasOf(2, unit));
        const n = tanh(f32x4.add(sum, v128.load(gateOf(job.x, 2, row, unit))));
        storeLanes(gateOf(job.gates, 2, row, unit), n, units);
        const z = v128.load(gateOf(job.gates, 1, row, unit));
        storeState(n, z, hiddenBefore(row, unit), row, unit, units);
      }
  }
}

/**
 * After `setSequence`. dHidden holds zeros. `dProduct` is the gradient of the recurrent products `[B, T, 3H]` where the
 * reset acts after them; where before, it is dx.
 */
export function gruSequenceBackward(
  gradient: usize,
  hidden: usize,
  output: usize,
  gates: usize,
  candidate: usize,
  dx: usize,
  dProduct: usize,
  dHidden: usize,
  resetAfter: bool,
): void {
  const size = sequence.size;
  job.gradient = gradient;
  job.hidden = hidden;
  job.output = output;
  job.gates = gates;
  job.candidate = candidate;
  job.dx = dx;
  job.dProduct = dProduct;
  job.dHidden = dHidden;
  if (resetAfter) {
    packBackward(3 * size);
    runSteps(false, 3, resetAfterBackwardUnits);
  } else {
    packBackward(2 * size);
    const groups = (size + PANEL - 1) / PANEL;
    job.candidatePanels = sequence.panels + ((<usize>groups * <usize>(2 * size)) << 5);
    packRowsOf(sequence.weight + ((<usize>(2 * size * size)) << 2), job.candidatePanels, size);
    runSteps(false, 2, gateBackwardUnits, resetBackwardUnits);
  }
  addToHidden(dProduct, 3 * size, dHidden);
}

/** The gradient of the new state: from the output, from the next step directly, and through its weights. */
// @inline
function stateGradient(products: usize, row: i32, half: i32, unit: i32): v128 {
  const gradient = v128.load(at(job.gradient, row, sequence.step, sequence.size, unit));
  const carried = v128.load(carriedAt(row, unit));
  return f32x4.add(f32x4.add(gradient, carried), productOf(products, 0, row, half));
}

// @inline
function carriedAt(row: i32, unit: i32): usize {
  return job.dHidden + ((<usize>(row * sequence.size + unit)) << 2);
}

/** s·(1 − s) */
// @inline
function sigmoidSlope(s: v128): v128 {
  return f32x4.mul(s, f32x4.sub(constant(ONE), s));
}

function resetAfterBackwardUnits(begin: i32, end: i32): void {
  const size = sequence.size;
  const products = ownProducts();
  for (let group = begin; group < end; group++) {
    multiplyLast(group, job.dProduct, 3 * size, products);
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const one = constant(ONE);
        const r = v128.load(gateOf(job.gates, 0, row, unit));
        const z = v128.load(gateOf(job.gates, 1, row, unit));
        const n = v128.load(gateOf(job.gates, 2, row, unit));
        const dh = stateGradient(products, row, half, unit);
        storeLanes(carriedAt(row, unit), f32x4.mul(dh, z), units);
        const dn = f32x4.mul(f32x4.mul(dh, f32x4.sub(one, z)), f32x4.sub(one, f32x4.mul(n, n)));
        const dz = f32x4.mul(f32x4.mul(dh, f32x4.sub(hiddenBefore(row, unit), n)), sigmoidSlope(z));
        const candidate = v128.load(at(job.candidate, row, sequence.step, size, unit));
        const dr = f32x4.mul(f32x4.mul(dn, candidate), sigmoidSlope(r));
        storeLanes(gateOf(job.dx, 0, row, unit), dr, units);
        storeLanes(gateOf(job.dx, 1, row, unit), dz, units);
        storeLanes(gateOf(job.dx, 2, row, unit), dn, units);
        storeLanes(gateOf(job.dProduct, 0, row, unit), dr, units);
        storeLanes(gateOf(job.dProduct, 1, row, unit), dz, units);
        storeLanes(gateOf(job.dProduct, 2, row, unit), f32x4.mul(dn, r), units);
      }
  }
}

/** First job of a step with the reset before the product: the gradients of n and z. */
function gateBackwardUnits(begin: i32, end: i32): void {
  const size = sequence.size;
  const products = ownProducts();
  for (let group = begin; group < end; group++) {
    multiplyLast(group, job.dx, 3 * size, products);
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const one = constant(ONE);
        const z = v128.load(gateOf(job.gates, 1, row, unit));
        const n = v128.load(gateOf(job.gates, 2, row, unit));
        const dh = stateGradient(products, row, half, unit);
        storeLanes(carriedAt(row, unit), f32x4.mul(dh, z), units);
        const dn = f32x4.mul(f32x4.mul(dh, f32x4.sub(one, z)), f32x4.sub(one, f32x4.mul(n, n)));
        const dz = f32x4.mul(f32x4.mul(dh, f32x4.sub(hiddenBefore(row, unit), n)), sigmoidSlope(z));
        storeLanes(gateOf(job.dx, 1, row, unit), dz, units);
        storeLanes(gateOf(job.dx, 2, row, unit), dn, units);
      }
  }
}

/** Second job: through the weights of n to r·h, and so to r and h. */
function resetBackwardUnits(begin: i32, end: i32): void {
  const size = sequence.size;
  const products = ownProducts();
  const gradients = gateOf(job.dx, 2, 0, 0);
  for (let group = begin; group < end; group++) {
    multiplyGroup(group, job.candidatePanels, size, gradients, rowStride(3 * size), products);
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const r = v128.load(gateOf(job.gates, 0, row, unit));
        const dReset = productOf(products, 0, row, half);
        const dr = f32x4.mul(f32x4.mul(dReset, hiddenBefore(row, unit)), sigmoidSlope(r));
        storeLanes(gateOf(job.dx, 0, row, unit), dr, units);
        const carried = v128.load(carriedAt(row, unit));
        storeLanes(carriedAt(row, unit), multiplyAdd(dReset, r, carried), units);
      }
  }
}
