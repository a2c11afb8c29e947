import type {
  Backend,
  BinaryOp,
  CompareOp,
  Decorator,
  Fused,
  Handle,
  MatmulOptions,
  MemoryUsage,
  Operand,
  ReduceOp,
  Shape,
  UnaryOp,
} from "@lm/backend";
import { fusedWithGrad } from "./fused-with-grad.ts";
import { binaryRules } from "./rules/binary.ts";
import { matmulRules } from "./rules/matmul.ts";
import { reduceRules } from "./rules/reduce.ts";
import { unaryRules } from "./rules/unary.ts";
import { gradientsOf } from "./tape-walk.ts";
import type { TapeNode, Tracked, Vjp } from "./tracked.ts";

/** An operand as the inner backend knows it. */
const inside = <T extends Handle>(x: Operand<Tracked<T>>): Operand<T> =>
  typeof x === "number" ? x : x.value;

/**
 * A backend that remembers: its handles know the op that made them and what from, so that `gradients` can walk back
 * from a loss. It computes with the inner backend's ops alone, in its derivatives too, and so stacks upon itself for
 * second derivatives. It frees nothing, because the tape may need it: put it around a `ScopedBackend`.
 */
export class GradBackend<T extends Handle = Handle> implements Decorator<Tracked<T>, T> {
  readonly name: string;
  readonly inner: Backend<T>;
  readonly fused: Partial<Fused<Tracked<T>>>;
  #nextId = 0;

  constructor(inner: Backend<T>) {
    this.inner = inner;
    this.name = `withGrad(${inner.name})`;
    this.fused = fusedWithGrad(this);
  }

  /** A leaf of the tape: something to be differentiated with respect to. */
  parameter(x: T): Tracked<T> {
    return this.#track(x, [], () => [], true);
  }

  /** Puts an op on the tape that the inner backend has computed: one output here, from `parents`, with its derivative. */
  record(
    value: T,
    parents: readonly Tracked<T>[],
    vjp: (g: T) => readonly (T | undefined)[],
  ): Tracked<T> {
    return this.#track(value, parents, ([g]) => vjp(g!));
  }

  /** The same for an op with several outputs, any of which the loss may not depend on. */
  recordAll(values: readonly T[], parents: readonly Tracked<T>[], vjp: Vjp<T>): Tracked<T>[] {
    const first = this.#track(values[0]!, parents, vjp);
    return values.map((value, output) => ({ shape: value.shape, value, node: first.node, output }));
  }

  /**
   * The gradients of a one-element `loss` with respect to each of `sources`; zeros where the loss does not depend on
   * one.
   */
  gradients(loss: Tracked<T>, sources: readonly Tracked<T>[]): T[] {
    return gradientsOf(this.inner, loss, sources);
  }

  lift(x: T): Tracked<T> {
    return { shape: x.shape, value: x, node: null, output: 0 };
  }
  lower(x: Tracked<T>): T {
    return x.value;
  }
  detach(x: Tracked<T>): Tracked<T> {
    return this.lift(x.value);
  }

  fromArray(data: ArrayLike<number>, shape: Shape): Tracked<T> {
    return this.lift(this.inner.fromArray(data, shape));
  }
  read(x: Tracked<T>): Promise<Float32Array | Float64Array> {
    return this.inner.read(x.value);
  }
  dispose(): void {}
  memory(): MemoryUsage {
    return this.inner.memory();
  }

  unary(op: UnaryOp, x: Tracked<T>): Tracked<T> {
    const { inner } = this;
    const out = inner.unary(op, x.value);
    return this.record(out, [x], (g) => [unaryRules[op](inner, g, out, x.value)]);
  }

  binary(op: BinaryOp, a: Operand<Tracked<T>>, b: Operand<Tracked<T>>): Tracked<T> {
    const { inner } = this;
    const x = inside(a);
    const y = inside(b);
    const out = inner.binary(op, x, y);
    const rules = binaryRules[op];
    if (typeof a === "number") {
      if (typeof b === "number") return this.lift(out);
      return this.record(out, [b], (g) => [rules.y(inner, g, out, x, y)]);
    }
    if (typeof b === "number") return this.record(out, [a], (g) => [rules.x(inner, g, out, x, y)]);
    return this.record(out, [a, b], (g) => [
      a.node ? rules.x(inner, g, out, x, y) : undefined,
      b.node ? rules.y(inner, g, out, x, y) : undefined,
    ]);
  }

  compare(op: CompareOp, a: Operand<Tracked<T>>, b: Operand<Tracked<T>>): Tracked<T> {
    return this.lift(this.inner.compare(op, inside(a), inside(b)));
  }

  where(mask: Tracked<T>, a: Operand<Tracked<T>>, b: Operand<Tracked<T>>): Tracked<T> {
    const { inner } = this;
    const out = inner.where(mask.value, inside(a), inside(b));
    const zero = (g: T, isFirst: boolean) =>
      isFirst ? inner.where(mask.value, g, 0) : inner.where(mask.value, 0, g);
    if (typeof a === "number")
      return typeof b === "number"
        ? this.lift(out)
        : this.record(out, [b], (g) => [zero(g, false)]);
    if (typeof b === "number") return this.record(out, [a], (g) => [zero(g, true)]);
    return this.record(out, [a, b], (g) => [
      a.node ? zero(g, true) : undefined,
      b.node ? zero(g, false) : undefined,
    ]);
  }

  reduce(op: ReduceOp, x: Tracked<T>, axis: number): Tracked<T> {
    const { inner } = this;
    const out = inner.reduce(op, x.value, axis);
    return this.record(out, [x], (g) => [reduceRules[op](inner, g, out, x.value, axis)]);
  }

  matmul(a: Tracked<T>, b: Tracked<T>, options: MatmulOptions = {}): Tracked<T> {
    const { inner } = this;
    const { transposeA = false, transposeB = false } = options;
    const full = { transposeA, transposeB };
    return this.record(inner.matmul(a.value, b.value, options), [a, b], (g) => [
      a.node ? matmulRules.a(inner, g, b.value, full) : undefined,
      b.node ? matmulRules.b(inner, g, [a.value, b.value], full) : undefined,
    ]);
  }

  gather(table: Tracked<T>, indices: Tracked<T>): Tracked<T> {
    const { inner } = this;
    return this.record(inner.gather(table.value, indices.value), [table], (g) => [
      inner.scatterAdd(indices.value, g, table.shape[0]!),
    ]);
  }

  scatterAdd(indices: Tracked<T>, source: Tracked<T>, rows: number): Tracked<T> {
    const { inner } = this;
    return this.record(inner.scatterAdd(indices.value, source.value, rows), [source], (g) => [
      inner.gather(g, indices.value),
    ]);
  }

  reshape(x: Tracked<T>, shape: Shape): Tracked<T> {
    const { inner } = this;
    return this.record(inner.reshape(x.value, shape), [x], (g) => [inner.reshape(g, x.shape)]);
  }

  permute(x: Tracked<T>, order: readonly number[]): Tracked<T> {
    const { inner } = this;
    const inverse = order.map((_, axis) => order.indexOf(axis));
    return this.record(inner.permute(x.value, order), [x], (g) => [inner.permute(g, inverse)]);
  }

  expand(x: Tracked<T>, shape: Shape): Tracked<T> {
    // The tape walk sums what was broadcast, here as after every op.
    return this.record(this.inner.expand(x.value, shape), [x], (g) => [g]);
  }

  slice(x: Tracked<T>, axis: number, start: number, end: number): Tracked<T> {
    const { inner } = this;
    return this.record(inner.slice(x.value, axis, start, end), [x], (g) => [
      inner.pad(g, axis, start, x.shape[axis]! - end),
    ]);
  }

  pad(x: Tracked<T>, axis: number, before: number, after: number): Tracked<T> {
    const { inner } = this;
    return this.record(inner.pad(x.value, axis, before, after), [x], (g) => [
      inner.slice(g, axis, before, before + x.shape[axis]!),
    ]);
  }

  concat(parts: readonly Tracked<T>[], axis: number): Tracked<T> {
    const { inner } = this;
    const out = inner.concat(
      parts.map((part) => part.value),
      axis,
    );
    return this.record(out, parts, (g) => {
      let start = 0;
      return parts.map((part) => {
        const end = start + part.shape[axis]!;
        const slice = part.node ? inner.slice(g, axis, start, end) : undefined;
        start = end;
        return slice;
      });
    });
  }

  #track(value: T, parents: readonly Tracked<T>[], vjp: Vjp<T>, isLeaf = false): Tracked<T> {
    const isTracked = isLeaf || parents.some((parent) => parent.node !== null);
    const node: TapeNode<T> | null = isTracked ? { id: this.#nextId++, parents, vjp } : null;
    return { shape: value.shape, value, node, output: 0 };
  }
}

/** A backend that differentiates what is computed on it. */
export function withGrad<T extends Handle>(inner: Backend<T>): GradBackend<T> {
  return new GradBackend(inner);
}
