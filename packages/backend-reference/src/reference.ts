import {
  type Backend,
  broadcastShapes,
  FreedTensorError,
  type Handle,
  type Operand,
  type Shape,
  sizeOf,
  stridesOf,
} from "@lm/backend";
import { binaryTable, compareTable, reduceTable, unaryTable } from "./tables.ts";

/** A tensor of the reference: float64, row-major, every tensor its own copy. */
export interface ReferenceHandle extends Handle {
  readonly data: Float64Array;
}

/** Calls `visit` with the index along each axis, row-major. The array is reused. */
function forEachIndex(shape: Shape, visit: (index: readonly number[], position: number) => void) {
  const index = new Array<number>(shape.length).fill(0);
  const size = sizeOf(shape);
  for (let position = 0; position < size; position++) {
    visit(index, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/**
 * The reference engine: every op in float64 as its definition says, one element at a time. It is slow and obviously
 * right; other engines are measured against it.
 */
export function reference(): Backend<ReferenceHandle> {
  const live = new Set<ReferenceHandle>();

  const make = (data: Float64Array, shape: Shape): ReferenceHandle => {
    const handle = { shape: [...shape], data };
    live.add(handle);
    return handle;
  };

  /** A new tensor whose element at each index is `element(index)`. */
  const build = (shape: Shape, element: (index: readonly number[]) => number): ReferenceHandle => {
    const data = new Float64Array(sizeOf(shape));
    forEachIndex(shape, (index, position) => {
      data[position] = element(index);
    });
    return make(data, shape);
  };

  /** Reads `x` at an index of a shape that `x` broadcasts to. */
  const reader = (x: Operand<ReferenceHandle>) => {
    if (typeof x === "number") return () => x;
    if (!live.has(x)) throw new FreedTensorError("reference: a disposed tensor was used");
    const strides = stridesOf(x.shape);
    return (index: readonly number[]) => {
      const extra = index.length - x.shape.length;
      let offset = 0;
      for (let axis = 0; axis < x.shape.length; axis++)
        if (x.shape[axis] !== 1) offset += index[axis + extra]! * strides[axis]!;
      return x.data[offset]!;
    };
  };

  const shapeOf = (x: Operand<ReferenceHandle>): Shape => (typeof x === "number" ? [] : x.shape);

  const pointwise = (
    name: string,
    operands: readonly Operand<ReferenceHandle>[],
    compute: (...values: number[]) => number,
  ) => {
    const shape = operands.map(shapeOf).reduce((a, b) => broadcastShapes(name, a, b));
    const readers = operands.map(reader);
    return build(shape, (index) => compute(...readers.map((read) => read(index))));
  };

  /** The same index with the position along one axis replaced. */
  const at = (index: readonly number[], axis: number, position: number) =>
    index.with(axis, position);

  const isRow = (row: number, rows: number) => Number.isInteger(row) && row >= 0 && row < rows;

  return {
    name: "reference",
    fromArray: (data, shape) => make(Float64Array.from(data), shape),
    read: async (x) => {
      reader(x);
      return x.data.slice();
    },
    dispose(x) {
      if (!live.delete(x)) throw new FreedTensorError("reference: a tensor was disposed of twice");
    },
    memory() {
      let bytes = 0;
      for (const { data } of live) bytes += data.byteLength;
      return { tensors: live.size, bytes };
    },

    unary: (op, x) => pointwise(op, [x], unaryTable[op] as (x: number) => number),
    binary: (op, a, b) => pointwise(op, [a, b], (x, y) => binaryTable[op](x!, y!)),
    compare: (op, a, b) => pointwise(op, [a, b], (x, y) => compareTable[op](x!, y!)),
    where: (mask, a, b) => pointwise("where", [mask, a, b], (m, x, y) => (m !== 0 ? x! : y!)),

    reduce(op, x, axis) {
      const { start, combine } = reduceTable[op];
      const read = reader(x);
      return build(x.shape.with(axis, 1), (index) => {
        let result = start;
        for (let i = 0; i < x.shape[axis]!; i++) result = combine(result, read(at(index, axis, i)));
        return result;
      });
    },

    matmul(a, b, { transposeA = false, transposeB = false } = {}) {
      const [m, k] = transposeA
        ? [a.shape.at(-1)!, a.shape.at(-2)!]
        : [a.shape.at(-2)!, a.shape.at(-1)!];
      const n = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!;
      const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
      // An axis of size 1 would be read as broadcast, which is right for the leading axes and harmless for these.
      const readA = reader(a);
      const readB = reader(b);
      return build([...batch, m, n], (index) => {
        const lead = index.slice(0, -2);
        const [row, column] = [index.at(-2)!, index.at(-1)!];
        let sum = 0;
        for (let i = 0; i < k; i++)
          sum +=
            readA([...lead, ...(transposeA ? [i, row] : [row, i])]) *
            readB([...lead, ...(transposeB ? [column, i] : [i, column])]);
        return sum;
      });
    },

    gather(table, indices) {
      const [rows, width] = table.shape as [number, number];
      const row = reader(indices);
      const read = reader(table);
      return build([...indices.shape, width], (index) => {
        const id = row(index.slice(0, -1));
        return isRow(id, rows) ? read([id, index.at(-1)!]) : Number.NaN;
      });
    },

    scatterAdd(indices, source, rows) {
      const width = source.shape.at(-1)!;
      const table = new Float64Array(rows * width);
      const row = reader(indices);
      const read = reader(source);
      forEachIndex(source.shape, (index) => {
        const id = row(index.slice(0, -1));
        if (isRow(id, rows)) table[id * width + index.at(-1)!]! += read(index);
      });
      return make(table, [rows, width]);
    },

    reshape: (x, shape) => {
      reader(x);
      return make(x.data.slice(), shape);
    },
    permute(x, order) {
      const read = reader(x);
      const source = new Array<number>(order.length);
      return build(
        order.map((axis) => x.shape[axis]!),
        (index) => {
          order.forEach((axis, i) => {
            source[axis] = index[i]!;
          });
          return read(source);
        },
      );
    },
    expand: (x, shape) => build(shape, reader(x)),
    slice(x, axis, start, end) {
      const read = reader(x);
      return build(x.shape.with(axis, end - start), (index) =>
        read(at(index, axis, index[axis]! + start)),
      );
    },
    pad(x, axis, before, after) {
      const read = reader(x);
      const size = x.shape[axis]!;
      return build(x.shape.with(axis, before + size + after), (index) => {
        const position = index[axis]! - before;
        return position >= 0 && position < size ? read(at(index, axis, position)) : 0;
      });
    },
    concat(parts, axis) {
      const readers = parts.map(reader);
      const sizes = parts.map((part) => part.shape[axis]!);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      return build(parts[0]!.shape.with(axis, total), (index) => {
        let position = index[axis]!;
        let part = 0;
        while (position >= sizes[part]!) position -= sizes[part++]!;
        return readers[part]!(at(index, axis, position));
      });
    },
  };
}
