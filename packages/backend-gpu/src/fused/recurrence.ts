import type { Fused } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import {
  gruCandidateAfter,
  gruCandidateBefore,
  gruGates,
  gruHidden,
  lstmCell,
  lstmGates,
  lstmHidden,
  rnnStep,
} from "../kernels/recurrence.ts";
import { Sequence } from "./sequence.ts";

export type Recurrence = "rnnSequence" | "lstmSequence" | "gruSequence";

/** What every step of a recurrence reads. */
const weightsOf = (
  sequence: Sequence,
  {
    x,
    weight,
    bias,
  }: { readonly x: GpuTensor; readonly weight: GpuTensor; readonly bias: GpuTensor },
) => ({
  x: sequence.whole(x),
  weight: sequence.matrix(weight),
  bias: sequence.matrix(bias),
  size: sequence.size,
});

/** A few kernels a step; weights are read where they lie. */
export const recurrence = (engine: Engine): Pick<Fused<GpuTensor>, Recurrence> => ({
  rnnSequence(inputs, { reverse }) {
    const sequence = new Sequence(engine, inputs.x, inputs.hidden, reverse);
    const args = weightsOf(sequence, inputs);
    const outputs = new Array<GpuTensor>(sequence.steps);
    let h = inputs.hidden;
    for (const time of sequence.times) {
      h = sequence.step(rnnStep, { ...args, hidden: sequence.matrix(h), time });
      outputs[time] = h;
    }
    return { output: sequence.stack(outputs) };
  },

  lstmSequence(inputs, { reverse }) {
    const sequence = new Sequence(engine, inputs.x, inputs.hidden, reverse);
    const args = weightsOf(sequence, inputs);
    const [outputs, gates, cells] = [[], [], []] as GpuTensor[][];
    let h = inputs.hidden;
    let c = inputs.cell;
    for (const time of sequence.times) {
      const activated = sequence.step(lstmGates, { ...args, hidden: sequence.matrix(h), time }, 4);
      const read = { gates: sequence.matrix(activated), size: sequence.size };
      c = sequence.step(lstmCell, { ...read, cell: sequence.matrix(c) });
      h = sequence.step(lstmHidden, { ...read, cell: sequence.matrix(c) });
      outputs![time] = h;
      gates![time] = activated;
      cells![time] = c;
    }
    return {
      output: sequence.stack(outputs!),
      finalCell: engine.view(c, c.shape),
      gates: sequence.stack(gates!),
      cells: sequence.stack(cells!),
    };
  },

  gruSequence(inputs, { reverse, resetAfter }) {
    const sequence = new Sequence(engine, inputs.x, inputs.hidden, reverse);
    const args = { ...weightsOf(sequence, inputs), isAfter: resetAfter ? 1 : 0 };
    const inner = resetAfter ? gruCandidateAfter : gruCandidateBefore;
    const [outputs, gates, candidates] = [[], [], []] as GpuTensor[][];
    let h = inputs.hidden;
    for (const time of sequence.times) {
      const read = { ...args, hidden: sequence.matrix(h), time };
      const activated = sequence.step(gruGates, read, 2);
      const withGates = { ...read, gates: sequence.matrix(activated) };
      const candidate = sequence.step(inner, withGates);
      h = sequence.step(gruHidden, { ...withGates, candidate: sequence.matrix(candidate) });
      outputs![time] = h;
      gates![time] = activated;
      candidates![time] = candidate;
    }
    return {
      output: sequence.stack(outputs!),
      gates: sequence.stack(gates!),
      candidate: sequence.stack(candidates!),
    };
  },
});
