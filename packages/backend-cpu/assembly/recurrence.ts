import { multiplyCost, multiplyPanel } from "./gemm";
import { storeLanes } from "./lanes";
import { PANEL, packPanels } from "./pack";
import { parallel, threadCount, threadIndex } from "./pool";

/**
 * What the recurrences over whole sequences share. Sequences are contiguous, `[batch, steps, width]`.
 *
 * A step is one job. Each item is a group of 8 hidden units, for which a thread computes the recurrent products of all
 * gates, for all rows of the batch, and then at once the units' new state. So the threads wait for each other once a
 * step, and the products never leave the cache. The weights are packed once, before the first step.
 */

@unmanaged
class Sequence {
  batch: i32 = 0;
  steps: i32 = 0;
  /** Hidden units. */
  size: i32 = 0;
  isReverse: bool = false;
  weight: usize = 0;
  /** The weights as panels, and the number of rows that each has. */
  panels: usize = 0;
  depth: i32 = 0;
  /** The threads' recurrent products. */
  products: usize = 0;
  /** The step that runs, and the one that ran before it in this pass (−1: none). */
  step: i32 = 0;
  last: i32 = 0;
}
export const sequence = changetype<Sequence>(memory.data(offsetof<Sequence>()));

/** Bytes of a row of products: a panel's columns for each of up to four gates. */
export const PRODUCT_ROW: usize = 128;

/** Floats that a pass needs meanwhile: `depths` is the sum of the rows of the panels that a group of units has. */
export function sequenceWorkspace(batch: i32, size: i32, depths: i32): usize {
  const products = <usize>(threadCount() * batch) * PRODUCT_ROW;
  return (products + ((<usize>groupsOf(size) * <usize>depths) << 5)) >> 2;
}

export function setSequence(
  batch: i32,
  steps: i32,
  size: i32,
  isReverse: bool,
  weight: usize,
  workspace: usize,
): void {
  sequence.batch = batch;
  sequence.steps = steps;
  sequence.size = size;
  sequence.isReverse = isReverse;
  sequence.weight = weight;
  sequence.products = workspace;
  sequence.panels = workspace + <usize>(threadCount() * batch) * PRODUCT_ROW;
}

// @inline
function groupsOf(size: i32): i32 {
  return (size + PANEL - 1) / PANEL;
}

/** Element `unit` of a row of a sequence of this width. */
// @inline
export function at(base: usize, row: i32, step: i32, width: i32, unit: i32): usize {
  return base + ((<usize>(row * sequence.steps + step) * <usize>width + <usize>unit) << 2);
}

/** From a row of a sequence to the same step of the next row, in bytes. */
// @inline
export function rowStride(width: i32): usize {
  return (<usize>sequence.steps * <usize>width) << 2;
}

/** The step whose state another one starts from: −1, the initial state, for the first. */
// @inline
export function before(step: i32): i32 {
  if (sequence.isReverse) return step + 1 < sequence.steps ? step + 1 : -1;
  return step - 1;
}

/** The state that the running step starts from, as an address of its first row … */
// @inline
export function stateBefore(output: usize, initial: usize): usize {
  const step = before(sequence.step);
  return step < 0 ? initial : output + ((<usize>step * <usize>sequence.size) << 2);
}

/** … and the bytes from there to the next row. */
// @inline
export function stateStride(): usize {
  return before(sequence.step) < 0 ? (<usize>sequence.size) << 2 : rowStride(sequence.size);
}

// @inline
export function ownProducts(): usize {
  return sequence.products + <usize>(threadIndex() * sequence.batch) * PRODUCT_ROW;
}

/** Packs the weights `[gates·size, size]` for products h·Wᵀ: for each gate and group of units a panel. */
export function packForward(gates: i32): void {
  sequence.depth = sequence.size;
  parallel(packGatePanels, gates * groupsOf(sequence.size), 4 * <f32>sequence.size);
}

function packGatePanels(begin: i32, end: i32): void {
  const size = sequence.size;
  const groups = groupsOf(size);
  for (let item = begin; item < end; item++) {
    const gate = <usize>(item / groups);
    const weight = sequence.weight + ((gate * <usize>size * <usize>size) << 2);
    const panels = sequence.panels + ((gate * <usize>groups * <usize>size) << 5);
    const group = item % groups;
    packPanels(weight, 4, (<usize>size) << 2, size, size, panels, group, group + 1);
  }
}

/** Packs the first `depth` rows of the weights for products g·W: for each group of units a panel. */
export function packBackward(depth: i32): void {
  sequence.depth = depth;
  packRowsOf(sequence.weight, sequence.panels, depth);
}

/** Packs `depth` rows of `size` weights into panels. */
export function packRowsOf(weight: usize, panels: usize, depth: i32): void {
  const groups = groupsOf(sequence.size);
  packPanels(weight, (<usize>sequence.size) << 2, 4, depth, sequence.size, panels, 0, groups);
}

/** The products of states with a gate's weights for a group of units, as rows of 8 at `target`. */
// @inline
export function multiplyGate(
  gate: i32,
  group: i32,
  states: usize,
  stride: usize,
  target: usize,
): void {
  const panel = gate * groupsOf(sequence.size) + group;
  multiplyGroup(panel, sequence.panels, sequence.depth, states, stride, target);
}

/** The products of `depth` numbers of each row with one of the packed panels. */
// @inline
export function multiplyGroup(
  panel: i32,
  panels: usize,
  depth: i32,
  rows: usize,
  stride: usize,
  target: usize,
): void {
  const address = panels + ((<usize>panel * <usize>depth) << 5);
  multiplyPanel(sequence.batch, depth, rows, stride, address, target, PRODUCT_ROW);
}

/**
 * What the step that ran before sends back through the weights to a group of units: its gradients (`depth` numbers of
 * each row of the sequence `gradients`) times W.
 */
// @inline
export function multiplyLast(group: i32, gradients: usize, width: i32, target: usize): void {
  if (sequence.last < 0) memory.fill(target, 0, <usize>sequence.batch * PRODUCT_ROW);
  else
    multiplyGroup(
      group,
      sequence.panels,
      sequence.depth,
      at(gradients, 0, sequence.last, width, 0),
      rowStride(width),
      target,
    );
}

/** Runs one job, or two, for each step, in time's order or against it; `gates` tells how much work that is. */
export function runSteps(
  isForward: bool,
  gates: i32,
  body: (begin: i32, end: i32) => void,
  second: ((begin: i32, end: i32) => void) | null = null,
): void {
  const steps = sequence.steps;
  const isUpwards = isForward != sequence.isReverse;
  sequence.last = -1;
  for (let i = 0; i < steps; i++) {
    sequence.step = isUpwards ? i : steps - 1 - i;
    runUnits(gates, body);
    if (second) runUnits(gates, second);
    sequence.last = sequence.step;
  }
}

/** Runs a job over the groups of units. */
function runUnits(gates: i32, body: (begin: i32, end: i32) => void): void {
  const products = multiplyCost(sequence.batch, gates * PANEL, sequence.size);
  parallel(body, groupsOf(sequence.size), products + 10 * <f32>(sequence.batch * gates));
}

/** Units of a vector that exist: 4, fewer at the end, or none. */
// @inline
export function unitsFrom(unit: i32): i32 {
  return min(4, sequence.size - unit);
}

@unmanaged
class HiddenJob {
  gradients: usize = 0;
  width: i32 = 0;
  dHidden: usize = 0;
}
const hiddenJob = changetype<HiddenJob>(memory.data(offsetof<HiddenJob>()));

/** The end of a backward pass: dHidden += what the first step sends back through the weights. */
export function addToHidden(gradients: usize, width: i32, dHidden: usize): void {
  hiddenJob.gradients = gradients;
  hiddenJob.width = width;
  hiddenJob.dHidden = dHidden;
  runUnits(1, hiddenUnits);
}

function hiddenUnits(begin: i32, end: i32): void {
  const products = ownProducts();
  for (let group = begin; group < end; group++) {
    multiplyLast(group, hiddenJob.gradients, hiddenJob.width, products);
    for (let row = 0; row < sequence.batch; row++)
      for (let half = 0; half < PANEL; half += 4) {
        const unit = group * PANEL + half;
        const units = unitsFrom(unit);
        if (units <= 0) break;
        const y = hiddenJob.dHidden + ((<usize>(row * sequence.size + unit)) << 2);
        const product = v128.load(products + <usize>row * PRODUCT_ROW + ((<usize>half) << 2));
        storeLanes(y, f32x4.add(v128.load(y), product), units);
      }
  }
}
