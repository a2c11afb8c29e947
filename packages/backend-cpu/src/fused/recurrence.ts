import type { Fused } from "@lm/backend";
import type { CpuTensor } from "../cpu-tensor.ts";
import type { Engine } from "../engine.ts";

// B batch, T steps, H hidden size, G gates.
export type Recurrence = "rnnSequence" | "lstmSequence" | "gruSequence";

export const recurrence = (engine: Engine): Pick<Fused<CpuTensor>, Recurrence> => ({
  rnnSequence({ x, hidden, weight, bias }, { reverse }) {
    setSequence(engine, { x, hidden, weight, reverse });
    const from = [x, hidden, bias].map((input) => engine.contiguous(input));
    const output = engine.create(x.shape);
    engine.kernels.rnnSequence(...(from as [number, number, number]), engine.addressOf(output));
    engine.finish();
    return { output };
  },

  lstmSequence({ x, hidden, cell, weight, bias }, { reverse }) {
    const [batch, steps] = x.shape as [number, number];
    const size = hidden.shape[1]!;
    const shape = [batch, steps, size];
    setSequence(engine, { x, hidden, weight, reverse });
    const from = [x, hidden, cell, bias].map((input) => engine.contiguous(input));
    const [output, gates, cells, finalCell] = engine.createAll([shape, x.shape, shape, cell.shape]);
    engine.kernels.lstmSequence(
      ...(from as [number, number, number, number]),
      engine.addressOf(output!),
      engine.addressOf(gates!),
      engine.addressOf(cells!),
    );
    const last = reverse ? 0 : steps - 1;
    const lastCell = engine.view(cells!, cell.shape, [steps * size, 1], last * size);
    engine.copy(lastCell, engine.addressOf(finalCell!));
    engine.dispose(lastCell);
    engine.finish();
    return { output: output!, finalCell: finalCell!, gates: gates!, cells: cells! };
  },

  gruSequence({ x, hidden, weight, bias }, { reverse, resetAfter }) {
    const [batch, steps] = x.shape as [number, number];
    const shape = [batch, steps, hidden.shape[1]!];
    setSequence(engine, { x, hidden, weight, reverse });
    const from = [x, hidden, bias].map((input) => engine.contiguous(input));
    const [output, gates, candidate] = engine.createAll([shape, x.shape, shape]);
    engine.kernels.gruSequence(
      ...(from as [number, number, number]),
      engine.addressOf(output!),
      engine.addressOf(gates!),
      engine.addressOf(candidate!),
      resetAfter,
    );
    engine.finish();
    return { output: output!, gates: gates!, candidate: candidate! };
  },
});

/** Tells the kernels the sizes of a recurrence and where its weights are, and takes the workspace that both passes need. */
export function setSequence(
  engine: Engine,
  {
    x,
    hidden,
    weight,
    reverse,
  }: {
    readonly x: CpuTensor;
    readonly hidden: CpuTensor;
    readonly weight: CpuTensor;
    readonly reverse: boolean;
  },
): void {
  const { kernels } = engine;
  const [batch, steps, width] = x.shape as [number, number, number];
  const size = hidden.shape[1]!;
  const workspace = engine.workspace(kernels.sequenceWorkspace(batch, size, width));
  kernels.setSequence(batch, steps, size, reverse, engine.contiguous(weight), workspace);
}
