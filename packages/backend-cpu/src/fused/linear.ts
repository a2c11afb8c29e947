import { type Fused, type FusedBackward, sizeOf } from "@lm/backend";
import { ADD, SUM } from "../../assembly/op-codes.ts";
import type { CpuTensor } from "../cpu-tensor.ts";
import type { Engine } from "../engine.ts";
import { type Matrices, matrices, multiply, rowMajor, transpose } from "../matmul.ts";

/** All rows `[…, size]` as one matrix, in one piece. */
const rowsOf = (engine: Engine, x: CpuTensor): Matrices =>
  rowMajor(engine.contiguous(x), sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!);

export const linear = (engine: Engine): Pick<Fused<CpuTensor>, "linear"> => ({
  linear({ x, weight, bias }, { transposed }) {
    const rows = rowsOf(engine, x);
    const w = matrices(engine, weight, transposed);
    const row = engine.contiguous(bias);
    const y = engine.create([...x.shape.slice(0, -1), w.columns]);
    const address = engine.addressOf(y);
    multiply(engine, rows, w, address);
    if (y.size > 0) addRow(engine, address, row, rows.rows, w.columns);
    engine.finish();
    return { y };
  },
});

/** Adds one row to each of a matrix, in place. */
function addRow(engine: Engine, y: number, row: number, rows: number, columns: number): void {
  engine.kernels.binary(ADD, y, 0, columns, 1, row, 0, 0, 1, y, 1, rows, columns);
}

/** dx = dy·Wᵀ, dW = xᵀ·dy, db = Σ dy over the rows. */
export const linearBackward = (engine: Engine): Pick<FusedBackward<CpuTensor>, "linear"> => ({
  linear({ y: gradient }, { x, weight, bias }, _, { transposed }) {
    if (!gradient) return {};
    const { kernels } = engine;
    const rows = rowsOf(engine, x);
    const w = matrices(engine, weight, transposed);
    const g = rowsOf(engine, gradient);
    const workspace = engine.workspace(kernels.reduceWorkspace(1, g.rows, g.columns));
    const made = engine.createAll([x.shape, weight.shape, bias.shape]);
    const [dx, dWeight, dBias] = made.map((tensor) => engine.addressOf(tensor));
    multiply(engine, g, transpose(w), dx!);
    if (transposed) multiply(engine, transpose(g), rows, dWeight!);
    else multiply(engine, transpose(rows), g, dWeight!);
    kernels.reduce(SUM, g.address, dBias!, 1, g.rows, g.columns, workspace);
    engine.finish();
    return { x: made[0]!, weight: made[1]!, bias: made[2]! };
  },
});
