import type { FusedBackward } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { BINARY_FUNCTIONS } from "../kernels/functions.ts";
import {
  gruCandidateGradient,
  gruCarryAfter,
  gruCarryBefore,
  gruProductGradient,
  gruR,
  gruResetGradient,
  gruZ,
  lstmCellCarry,
  lstmCellGradient,
  lstmGateGradient,
  rnnGradient,
} from "../kernels/recurrence-backward.ts";
import { joinFlat, joinRows } from "../ops/join.ts";
import { multiply } from "../ops/matmul.ts";
import { fill, slice } from "../ops/movement.ts";
import { applyPointwise } from "../ops/pointwise.ts";
import type { Recurrence } from "./recurrence.ts";
import { Sequence } from "./sequence.ts";

/** Back through time: what a step adds to the gradient of the state before it is its `carry`. */
export const recurrenceBackward = (engine: Engine): Pick<FusedBackward<GpuTensor>, Recurrence> => ({
  rnnSequence({ output: gradient }, { x, hidden, weight }, { output }, { reverse }) {
    if (!gradient) return {};
    const sequence = new Sequence(engine, x, hidden, reverse);
    const args = { gradient: sequence.whole(gradient), output: sequence.whole(output) };
    const gradients = new Array<GpuTensor>(sequence.steps);
    let carry = fill(engine, hidden.shape, 0);
    for (const time of [...sequence.times].reverse()) {
      const g = sequence.step(rnnGradient, { ...args, carry: sequence.matrix(carry), time });
      carry = multiply(engine, "NN", g, weight);
      gradients[time] = g;
    }
    return { ...ofProduct(sequence, sequence.stack(gradients), hidden, output), hidden: carry };
  },

  lstmSequence({ output: gradient, finalCell }, inputs, { output, gates, cells }, { reverse }) {
    if (!gradient && !finalCell) return {};
    const { x, hidden, cell, weight } = inputs;
    const sequence = new Sequence(engine, x, hidden, reverse);
    const saved = sequence.whole(cells!);
    const args = {
      gradient: sequence.whole(gradient ?? fill(engine, output.shape, 0)),
      gates: sequence.whole(gates!),
      cells: saved,
      size: sequence.size,
    };
    const gradients = new Array<GpuTensor>(sequence.steps);
    let carry = fill(engine, hidden.shape, 0);
    let cellCarry = finalCell ?? fill(engine, cell.shape, 0);
    for (let i = sequence.steps - 1; i >= 0; i--) {
      const time = sequence.times[i]!;
      const read = { ...args, carry: sequence.matrix(carry), time };
      const ofCell = sequence.step(lstmCellGradient, {
        ...read,
        cellCarry: sequence.matrix(cellCarry),
      });
      const withCell = { ...read, cellGradient: sequence.matrix(ofCell) };
      const before =
        i === 0
          ? { previous: sequence.initial(cell), before: 0 }
          : { previous: saved, before: sequence.times[i - 1]! };
      const g = sequence.step(lstmGateGradient, { ...withCell, ...before }, 4);
      cellCarry = sequence.step(lstmCellCarry, withCell);
      carry = multiply(engine, "NN", g, weight);
      gradients[time] = g;
    }
    const ofWeights = ofProduct(sequence, sequence.stack(gradients), hidden, output);
    return { ...ofWeights, hidden: carry, cell: cellCarry };
  },

  gruSequence({ output: gradient }, inputs, { output, gates, candidate }, options) {
    if (!gradient) return {};
    const { x, hidden, weight } = inputs;
    const { reverse, resetAfter } = options;
    const sequence = new Sequence(engine, x, hidden, reverse);
    const states = sequence.whole(output);
    const args = {
      gradient: sequence.whole(gradient),
      x: sequence.whole(x),
      gates: sequence.whole(gates!),
      candidate: sequence.whole(candidate!),
      weight: sequence.matrix(weight),
      size: sequence.size,
      isAfter: resetAfter ? 1 : 0,
    };
    const gradients = new Array<GpuTensor>(sequence.steps);
    let carry = fill(engine, hidden.shape, 0);
    for (let i = sequence.steps - 1; i >= 0; i--) {
      const time = sequence.times[i]!;
      const before =
        i === 0
          ? { previous: sequence.initial(hidden), before: 0 }
          : { previous: states, before: sequence.times[i - 1]! };
      const read = { ...args, ...before, carry: sequence.matrix(carry), time };
      const ofN = sequence.step(gruCandidateGradient, read);
      const dCandidate = sequence.matrix(ofN);
      const dFactor = resetAfter
        ? dCandidate
        : sequence.matrix(sequence.step(gruResetGradient, { ...args, dCandidate }));
      const factor = resetAfter
        ? { factor: args.candidate, at: time }
        : { factor: before.previous, at: before.before };
      const ofR = sequence.step(gruR, { ...read, ...factor, dFactor });
      const ofZ = sequence.step(gruZ, read);
      const g = joinRows(
        engine,
        [ofR, ofZ, ofN],
        [sequence.batch, 3 * sequence.size],
        sequence.batch,
      );
      const carried = { ...read, dx: sequence.matrix(g), dFactor };
      carry = sequence.step(resetAfter ? gruCarryAfter : gruCarryBefore, carried);
      gradients[time] = g;
    }
    const dx = sequence.stack(gradients);
    if (!resetAfter)
      return { ...ofResetProduct(engine, sequence, dx, inputs, output, gates!), hidden: carry };
    const product = engine.launch(
      gruProductGradient,
      dx.shape,
      [3 * sequence.size, sequence.steps, sequence.batch],
      { dx: sequence.whole(dx), gates: args.gates, size: sequence.size },
    );
    return { ...ofProduct(sequence, product, hidden, output), x: dx, hidden: carry };
  },
});

/** The gradients of x and of the weights from that of x + h · Wᵀ + b, `[B, T, G]`. */
function ofProduct(sequence: Sequence, dx: GpuTensor, hidden: GpuTensor, output: GpuTensor) {
  return {
    x: dx,
    weight: sequence.weightGradient(dx, sequence.before(hidden, output)),
    bias: sequence.biasGradient(dx),
  };
}

/** The same of a GRU whose n sees r · h in place of h. */
function ofResetProduct(
  engine: Engine,
  sequence: Sequence,
  dx: GpuTensor,
  { hidden, weight }: { readonly hidden: GpuTensor; readonly weight: GpuTensor },
  output: GpuTensor,
  gates: GpuTensor,
) {
  const { size } = sequence;
  const states = sequence.before(hidden, output);
  const r = slice(engine, gates, 2, 0, size);
  const kept = applyPointwise(engine, BINARY_FUNCTIONS.multiply, [r, states]);
  const parts = [
    sequence.weightGradient(slice(engine, dx, 2, 0, 2 * size), states),
    sequence.weightGradient(slice(engine, dx, 2, 2 * size, 3 * size), kept),
  ];
  return {
    x: dx,
    weight: joinFlat(engine, parts, weight.shape),
    bias: sequence.biasGradient(dx),
  };
}
