import type { Batch } from "./batch.ts";

/** One row for every start: `length` tokens from there as inputs, and each one's successor as its target. */
export function rowBatch(
  ids: Int32Array,
  starts: ArrayLike<number>,
  { length, continues }: Pick<Batch, "length" | "continues">,
): Batch {
  const rows = starts.length;
  const inputs = new Int32Array(rows * length);
  const targets = new Int32Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const start = starts[row]!;
    inputs.set(ids.subarray(start, start + length), row * length);
    targets.set(ids.subarray(start + 1, start + 1 + length), row * length);
  }
  return { inputs, targets, rows, length, continues };
}
