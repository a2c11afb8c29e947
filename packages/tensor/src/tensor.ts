import {
  type Backend,
  type BinaryOp,
  broadcastShapes,
  type CompareOp,
  FreedTensorError,
  type Handle,
  isDecorator,
  type MatmulOptions,
  type Operand,
  type ReduceOp,
  type Shape,
  ShapeError,
  sizeOf,
  type UnaryOp,
} from "@lm/backend";
import {
  checkAxis,
  checkConcat,
  checkExpand,
  checkMatmul,
  checkPermutation,
  checkShape,
  checkSlice,
  resolveReshape,
} from "./checks.ts";
import { lift, meet } from "./meet.ts";
import { runFused } from "./run-fused.ts";

/** A tensor, or a number where a scalar will do. */
export type TensorLike = Tensor | number;

export interface ReduceOptions {
  /** Leave the reduced axis in place with size 1. */
  readonly keepdim?: boolean;
}

/** Frees what a tensor outside any scope held, once nobody can reach it any more. A backstop: it may come late. */
const forgotten = new FinalizationRegistry<{ backend: Backend; handle: Handle }>(
  ({ backend, handle }) => backend.dispose(handle),
);

/** The tensor outside that a lifted one shows: it must not be collected as long as the lifted one is used. */
const shown = new WeakMap<Tensor, Tensor>();

/**
 * An n-dimensional array of numbers on a backend: its comfortable face, with broadcasting as in NumPy and every
 * shape checked before the engine sees it. Tensors never change; every method gives a new one.
 *
 * Tensors of different depth (plain, in a scope, tracked for gradients) mix freely: the result is as deep as the
 * deepest. What a scope's tensors hold dies with the scope; outside one, `dispose` frees at once.
 */
export class Tensor {
  readonly backend: Backend;
  readonly shape: Shape;
  readonly #handle: Handle;
  #isDisposed = false;

  /** Takes over `handle`. Most code calls `tensor`, `zeros` or an op instead. */
  constructor(backend: Backend, handle: Handle) {
    this.backend = backend;
    this.shape = handle.shape;
    this.#handle = handle;
    if (!isDecorator(backend)) forgotten.register(this, { backend, handle }, this);
  }

  /** What the backend knows this tensor by. @throws FreedTensorError after `dispose`. */
  get handle(): Handle {
    if (this.#isDisposed)
      throw new FreedTensorError(
        `tensor [${this.shape}]: used after dispose(); dispose of it later, or let a scope do it`,
      );
    return this.#handle;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  // Data

  /** The values, row-major: the only wait. Errors of the device surface here. */
  read(): Promise<Float32Array | Float64Array> {
    return this.backend.read(this.handle);
  }

  /** The value of a tensor of one element. */
  async item(): Promise<number> {
    if (this.size !== 1)
      throw new ShapeError("item", [this.shape], "needs exactly one element; use read()");
    return (await this.read())[0]!;
  }

  dispose(): void {
    const { handle } = this;
    this.#isDisposed = true;
    forgotten.unregister(this);
    this.backend.dispose(handle);
  }

  /** This tensor as `backend`, which stands on its own (a scope, a tape), knows it: there it is a constant. */
  on(backend: Backend): Tensor {
    if (backend === this.backend || meet("on", backend, this.backend) !== backend) return this;
    const lifted = new Tensor(backend, this.#on(backend));
    shown.set(lifted, this);
    return lifted;
  }

  /** The same values as a constant, through which no gradient flows. */
  detach(): Tensor {
    const { backend } = this;
    return backend.detach ? new Tensor(backend, backend.detach(this.handle)) : this;
  }

  // Element by element

  add(other: TensorLike): Tensor {
    return this.#binary("add", other);
  }
  subtract(other: TensorLike): Tensor {
    return this.#binary("subtract", other);
  }
  multiply(other: TensorLike): Tensor {
    return this.#binary("multiply", other);
  }
  divide(other: TensorLike): Tensor {
    return this.#binary("divide", other);
  }
  maximum(other: TensorLike): Tensor {
    return this.#binary("maximum", other);
  }
  minimum(other: TensorLike): Tensor {
    return this.#binary("minimum", other);
  }
  negate(): Tensor {
    return this.#unary("negate");
  }
  abs(): Tensor {
    return this.#unary("abs");
  }
  exp(): Tensor {
    return this.#unary("exp");
  }
  log(): Tensor {
    return this.#unary("log");
  }
  sqrt(): Tensor {
    return this.#unary("sqrt");
  }
  reciprocal(): Tensor {
    return this.#unary("reciprocal");
  }
  tanh(): Tensor {
    return this.#unary("tanh");
  }
  sigmoid(): Tensor {
    return this.#unary("sigmoid");
  }
  relu(): Tensor {
    return this.#unary("relu");
  }
  erf(): Tensor {
    return this.#unary("erf");
  }
  square(): Tensor {
    return this.#binary("multiply", this);
  }

  /** 1 where equal, else 0. */
  equal(other: TensorLike): Tensor {
    return this.#compare("equal", other);
  }
  less(other: TensorLike): Tensor {
    return this.#compare("less", other);
  }
  lessEqual(other: TensorLike): Tensor {
    return this.#compare("lessEqual", other);
  }

  /** With this as the mask: `a` where it is not 0, else `b`. */
  where(a: TensorLike, b: TensorLike): Tensor {
    let { backend } = this;
    let shape = this.shape;
    for (const operand of [a, b])
      if (operand instanceof Tensor) {
        backend = meet("where", backend, operand.backend);
        shape = broadcastShapes("where", shape, operand.shape);
      }
    return new Tensor(
      backend,
      backend.where(this.#on(backend), operandOn(backend, a), operandOn(backend, b)),
    );
  }

  // Sums and products

  /** Over one axis, or over all of them. */
  sum(axis?: number, options?: ReduceOptions): Tensor {
    return this.#reduce("sum", axis, options);
  }
  max(axis?: number, options?: ReduceOptions): Tensor {
    return this.#reduce("max", axis, options);
  }
  mean(axis?: number, options?: ReduceOptions): Tensor {
    const count = axis === undefined ? this.size : this.shape[checkAxis("mean", this.shape, axis)]!;
    const sum = this.#reduce("sum", axis, options);
    const { backend } = this;
    return this.#finish(backend.binary("divide", sum.handle, count), sum);
  }

  /** `[…, m, k] × […, k, n] → […, m, n]`; the leading axes broadcast. */
  matmul(other: Tensor, options: MatmulOptions = {}): Tensor {
    const { transposeA = false, transposeB = false } = options;
    checkMatmul(this.shape, other.shape, transposeA, transposeB);
    const backend = meet("matmul", this.backend, other.backend);
    if (this.shape.length > 2 && other.shape.length === 2 && !transposeA) {
      // Many rows times one matrix are one product, forward and backward. The rows are made where the product is: a
      // tape that records it must own them.
      const rows = this.on(backend).reshape([-1, this.shape.at(-1)!]);
      const product = rows.matmul(other, options);
      rows.dispose();
      const shape = [...this.shape.slice(0, -1), product.shape[1]!];
      return product.#finish(backend.reshape(product.handle, shape), product);
    }
    if (this.shape.length > 2 || other.shape.length > 2)
      broadcastShapes("matmul", this.shape.slice(0, -2), other.shape.slice(0, -2));
    return new Tensor(backend, backend.matmul(this.#on(backend), other.#on(backend), options));
  }

  // Tables

  /** The rows of this table `[V, D]` at whole-number `indices` `[…I]`: `[…I, D]`. One outside the table gives NaN. */
  gather(indices: Tensor): Tensor {
    if (this.shape.length !== 2)
      throw new ShapeError("gather", [this.shape], "the table needs two axes, [rows, width]");
    const backend = meet("gather", this.backend, indices.backend);
    return new Tensor(backend, backend.gather(this.#on(backend), indices.#on(backend)));
  }

  /** Adds the rows of this tensor `[…I, D]` into a table `[rows, D]` of zeros, at `indices` `[…I]`. */
  scatterAdd(indices: Tensor, rows: number): Tensor {
    const leading = this.shape.slice(0, -1);
    if (this.shape.length === 0 || `${leading}` !== `${indices.shape}`)
      throw new ShapeError(
        "scatterAdd",
        [this.shape, indices.shape],
        "the indices need one place for each row of the source",
      );
    const backend = meet("scatterAdd", this.backend, indices.backend);
    return new Tensor(backend, backend.scatterAdd(indices.#on(backend), this.#on(backend), rows));
  }

  // Movement

  /** The same elements in another shape; one size may be −1. */
  reshape(shape: Shape): Tensor {
    return this.#own(this.backend.reshape(this.handle, resolveReshape(this.shape, shape)));
  }
  /** Axis i of the result is axis `order[i]` of this tensor. */
  permute(order: readonly number[]): Tensor {
    checkPermutation(this.shape, order);
    return this.#own(this.backend.permute(this.handle, order));
  }
  /** Swaps two axes, by default the last two. */
  transpose(a = -2, b = -1): Tensor {
    const first = checkAxis("transpose", this.shape, a);
    const second = checkAxis("transpose", this.shape, b);
    const order = this.shape.map((_, axis) => axis);
    order[first] = second;
    order[second] = first;
    return this.permute(order);
  }
  /** Repeats axes of size 1, and adds axes in front. */
  expand(shape: Shape): Tensor {
    checkExpand(this.shape, shape);
    return this.#own(this.backend.expand(this.handle, shape));
  }
  /** The places from `start` up to, but not including, `end` along an axis. */
  slice(axis: number, start: number, end: number): Tensor {
    const along = checkAxis("slice", this.shape, axis);
    checkSlice(this.shape, along, start, end);
    return this.#own(this.backend.slice(this.handle, along, start, end));
  }
  /** Adds zeros before and after along an axis. */
  pad(axis: number, before: number, after: number): Tensor {
    const along = checkAxis("pad", this.shape, axis);
    checkShape("pad", [before, after]);
    return this.#own(this.backend.pad(this.handle, along, before, after));
  }
  /** This tensor and then `others`, joined along an existing axis. */
  concat(others: readonly Tensor[], axis: number): Tensor {
    const along = checkAxis("concat", this.shape, axis);
    const parts = [this as Tensor, ...others];
    checkConcat(
      parts.map((part) => part.shape),
      along,
    );
    const backend = parts.reduce(
      (deepest, part) => meet("concat", deepest, part.backend),
      this.backend,
    );
    return new Tensor(
      backend,
      backend.concat(
        parts.map((part) => part.#on(backend)),
        along,
      ),
    );
  }

  // Over the last axis

  softmax(): Tensor {
    return this.#fusedUnary("softmax");
  }
  logSoftmax(): Tensor {
    return this.#fusedUnary("logSoftmax");
  }

  /** The handle of this tensor on a backend that stands on its own. */
  #on(backend: Backend): Handle {
    return lift(this.handle, this.backend, backend);
  }

  #own(handle: Handle): Tensor {
    return new Tensor(this.backend, handle);
  }

  /** A result whose last step is done: frees the step before. */
  #finish(handle: Handle, step: Tensor): Tensor {
    step.dispose();
    return this.#own(handle);
  }

  #unary(op: UnaryOp): Tensor {
    return this.#own(this.backend.unary(op, this.handle));
  }

  #binary(op: BinaryOp, other: TensorLike): Tensor {
    if (typeof other === "number") return this.#own(this.backend.binary(op, this.handle, other));
    broadcastShapes(op, this.shape, other.shape);
    const backend = meet(op, this.backend, other.backend);
    return new Tensor(backend, backend.binary(op, this.#on(backend), other.#on(backend)));
  }

  #compare(op: CompareOp, other: TensorLike): Tensor {
    if (typeof other === "number") return this.#own(this.backend.compare(op, this.handle, other));
    broadcastShapes(op, this.shape, other.shape);
    const backend = meet(op, this.backend, other.backend);
    return new Tensor(backend, backend.compare(op, this.#on(backend), other.#on(backend)));
  }

  #reduce(op: ReduceOp, axis: number | undefined, { keepdim = false }: ReduceOptions = {}): Tensor {
    const { backend } = this;
    if (axis === undefined) {
      const flat = this.reshape([this.size]);
      const total = this.#finish(backend.reduce(op, flat.handle, 0), flat);
      const shape = keepdim ? this.shape.map(() => 1) : [];
      return this.#finish(backend.reshape(total.handle, shape), total);
    }
    const along = checkAxis(op, this.shape, axis);
    const reduced = this.#own(backend.reduce(op, this.handle, along));
    if (keepdim) return reduced;
    return this.#finish(backend.reshape(reduced.handle, this.shape.toSpliced(along, 1)), reduced);
  }

  #fusedUnary(op: "softmax" | "logSoftmax"): Tensor {
    checkAxis(op, this.shape, -1);
    return this.#own(runFused(this.backend, op, { x: this.handle }, {}).y);
  }
}

function operandOn(backend: Backend, operand: TensorLike): Operand<Handle> {
  return typeof operand === "number" ? operand : lift(operand.handle, operand.backend, backend);
}
