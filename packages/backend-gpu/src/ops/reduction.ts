import { type Backend, type ReduceOp, sizeOf } from "@lm/backend";
import type { Arguments, Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { COLUMNS, type Reduction, ROWS } from "../kernels/reduction.ts";
import { fill } from "./movement.ts";
import { contiguous } from "./pointwise.ts";

const OF_NOTHING: Record<ReduceOp, number> = { sum: 0, max: Number.NEGATIVE_INFINITY };

export const reduction = (engine: Engine): Pick<Backend<GpuTensor>, "reduce"> => ({
  reduce(op, x, axis) {
    const shape = x.shape.with(axis, 1);
    const count = x.shape[axis]!;
    if (count === 0) return fill(engine, shape, OF_NOTHING[op]);
    const outer = sizeOf(x.shape.slice(0, axis));
    const inner = sizeOf(x.shape.slice(axis + 1));
    const whole = contiguous(engine, x);
    const reduced =
      inner === 1
        ? reduceRows(
            engine,
            ROWS[op],
            { rows: outer, count },
            { x: engine.read(whole, [count, outer, 1]) },
          )
        : reduceColumns(
            engine,
            COLUMNS[op],
            { outer, count, inner },
            { x: engine.read(whole, [inner, count, outer]) },
          );
    return engine.view(reduced, shape);
  },
});

/** The reduction of each of `rows` rows of `count` numbers: `[rows]`. */
export function reduceRows(
  engine: Engine,
  { op, whole, inParts }: Reduction,
  { rows, count }: { readonly rows: number; readonly count: number },
  args: Arguments,
): GpuTensor {
  const parts = partsOf(count, rows);
  if (parts === 1) return engine.launch(whole, [rows], [rows, 1, 1], { ...args, count });
  const ofParts = engine.launch(inParts, [rows, parts], [parts, rows, 1], {
    ...args,
    count,
    parts,
  });
  const x = engine.read(ofParts, [parts, rows, 1]);
  return reduceRows(engine, ROWS[op], { rows, count: parts }, { x });
}

/** The reduction of each of `inner` columns of `count` numbers, `outer` times: `[outer, inner]`. */
export function reduceColumns(
  engine: Engine,
  { op, whole, inParts }: Reduction,
  sizes: { readonly outer: number; readonly count: number; readonly inner: number },
  args: Arguments,
): GpuTensor {
  const { outer, count, inner } = sizes;
  const parts = partsOf(count, outer * inner);
  if (parts === 1)
    return engine.launch(whole, [outer, inner], [inner, outer, 1], { ...args, count });
  const ofParts = engine.launch(inParts, [outer, parts, inner], [inner, parts, outer], {
    ...args,
    count,
    parts,
  });
  const x = engine.read(ofParts, [inner, parts, outer]);
  return reduceColumns(engine, COLUMNS[op], { outer, count: parts, inner }, { x });
}

/** So many threads keep a GPU busy … */
const ENOUGH_THREADS = 8192;
/** … if each has at least so many numbers to reduce. */
const ENOUGH_NUMBERS = 128;

/** How many threads should share the `count` numbers of a result, when there are `results` of them. */
function partsOf(count: number, results: number): number {
  const parts = Math.min(Math.floor(count / ENOUGH_NUMBERS), Math.floor(ENOUGH_THREADS / results));
  return Math.max(1, parts);
}
