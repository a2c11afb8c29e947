import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a folder written by `writeTask` holds. */
export function readTask(folder) {
  return JSON.parse(readFileSync(join(folder, "task.json"), "utf8"));
}

/** The tensors of `weights.safetensors`, all float32: their names, shapes and values. */
export function readWeights(folder) {
  const bytes = new Uint8Array(readFileSync(join(folder, "weights.safetensors")));
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  return Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(
      ([
        name,
        {
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        const values = new Float32Array(bytes.slice(8 + length + begin, 8 + length + end).buffer);
        return { name, shape, values };
      },
    );
}

/** The batches: `inputs` and `targets`, row-major `[B, T]` or, for whom it suits better, `[T, B]`. */
export function readBatches(folder, { batchSize, context }, { isTimeFirst = false } = {}) {
  const bytes = new Uint8Array(readFileSync(join(folder, "batches.i32")));
  const ids = new Int32Array(bytes.buffer);
  const size = batchSize * context;
  const part = (at) => {
    const rows = ids.subarray(at, at + size);
    if (!isTimeFirst) return rows;
    return Int32Array.from(
      rows,
      (_, i) => rows[(i % batchSize) * context + Math.floor(i / batchSize)],
    );
  };
  return Array.from({ length: ids.length / (2 * size) }, (_, i) => ({
    inputs: part(2 * i * size),
    targets: part((2 * i + 1) * size),
  }));
}

/** The operands of a matrix product. */
export function operands({ size }) {
  return [0, 1].map((shift) =>
    Float32Array.from({ length: size * size }, (_, i) => Math.sin(i + shift)),
  );
}
