import type { Fused, FusedBackward } from "./fused.ts";
import type { BinaryOp, CompareOp, ReduceOp, UnaryOp } from "./ops.ts";
import type { Shape } from "./shape.ts";

/** A tensor as its engine knows it. All that others may ask is the shape. */
export interface Handle {
  readonly shape: Shape;
}

/** A tensor or a plain number, which stands for a scalar and is never differentiated. */
export type Operand<T extends Handle> = T | number;

export interface MatmulOptions {
  /** Read `a` with its last two axes swapped. */
  readonly transposeA?: boolean;
  /** Read `b` with its last two axes swapped. */
  readonly transposeB?: boolean;
}

/** What an engine holds at the moment. */
export interface MemoryUsage {
  /** Tensors that have been made and not disposed of. */
  readonly tensors: number;
  /** Bytes held by them. */
  readonly bytes: number;
}

/**
 * A compute backend: what an engine must do for every model here to train and run on it.
 *
 * - Everything is synchronous but `read`, the only wait.
 * - Every op returns a new handle, which its receiver owns and disposes of once. Whether two handles share memory
 *   is the engine's affair; no op changes what a handle shows.
 * - Arguments are valid: shapes, axes and ranges are checked once, by `@lm/tensor`, and not here.
 * - Indices (`gather`, `scatterAdd`, targets of `crossEntropy`) are whole numbers in ordinary tensors. One
 *   outside the table gathers NaN and scatters nowhere.
 */
export interface Backend<T extends Handle = Handle> {
  readonly name: string;

  // Data
  fromArray(data: ArrayLike<number>, shape: Shape): T;
  /** The values, row-major, in an array of the caller's own. Errors of the device surface here. */
  read(x: T): Promise<Float32Array | Float64Array>;
  dispose(x: T): void;
  memory(): MemoryUsage;

  // Element by element
  unary(op: UnaryOp, x: T): T;
  binary(op: BinaryOp, a: Operand<T>, b: Operand<T>): T;
  compare(op: CompareOp, a: Operand<T>, b: Operand<T>): T;
  /** `a` where `mask` is not 0, else `b`; all three broadcast. */
  where(mask: T, a: Operand<T>, b: Operand<T>): T;

  // Sums and products
  reduce(op: ReduceOp, x: T, axis: number): T;
  /** `[…, m, k] × […, k, n] → […, m, n]`; the leading axes broadcast. */
  matmul(a: T, b: T, options?: MatmulOptions): T;

  // Tables
  /** `[V, D]` at `[…I]` gives `[…I, D]`. */
  gather(table: T, indices: T): T;
  /** The adjoint of `gather`: adds the rows of `source` `[…I, D]` into a table `[rows, D]` of zeros. */
  scatterAdd(indices: T, source: T, rows: number): T;

  // Movement
  reshape(x: T, shape: Shape): T;
  permute(x: T, order: readonly number[]): T;
  /** Repeats axes of size 1, and adds axes in front, up to `shape`. */
  expand(x: T, shape: Shape): T;
  slice(x: T, axis: number, start: number, end: number): T;
  /** Zeros before and after along an axis: the adjoint of `slice`. */
  pad(x: T, axis: number, before: number, after: number): T;
  concat(parts: readonly T[], axis: number): T;

  /** The same values as a constant. Only backends that differentiate have it: elsewhere all values are constant. */
  detach?(x: T): T;

  /** Kernels for ops that have a composed definition; what is missing here runs composed. */
  readonly fused?: Partial<Fused<T>>;
  /** Derivatives of those kernels. A kernel without one is never given a tensor that is differentiated. */
  readonly fusedBackward?: Partial<FusedBackward<T>>;
}

/**
 * A backend around another one: a scope that frees, a tape that remembers. Its handles stand one level deeper;
 * an op on tensors of different depth lifts the shallower one.
 */
export interface Decorator<T extends Handle = Handle, Inner extends Handle = Handle>
  extends Backend<T> {
  readonly inner: Backend<Inner>;
  /** The same values one level deeper, where they are constants that belong to someone outside. */
  lift(x: Inner): T;
  /** The same values one level up. */
  lower(x: T): Inner;
}

export function isDecorator(backend: Backend): backend is Decorator {
  return "inner" in backend;
}
