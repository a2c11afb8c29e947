import {
  type Backend,
  type BinaryOp,
  type CompareOp,
  type Decorator,
  FreedTensorError,
  type Fused,
  type FusedBackward,
  type Handle,
  type MatmulOptions,
  type MemoryUsage,
  type Operand,
  type ReduceOp,
  type Shape,
  type UnaryOp,
} from "@lm/backend";

type Kernel<T extends Handle> = (...args: unknown[]) => Record<string, T>;

/**
 * A backend that owns what is made through it: `close` frees all of it but the handles that are kept. It wraps
 * no handle, so a scope costs one entry of a set per tensor.
 */
export class ScopedBackend<T extends Handle = Handle> implements Decorator<T, T> {
  readonly name: string;
  readonly inner: Backend<T>;
  readonly fused: Partial<Fused<T>>;
  readonly fusedBackward: Partial<FusedBackward<T>>;
  /** Present where the inner backend differentiates. */
  readonly detach?: (x: T) => T;
  readonly #owned = new Set<T>();
  #isClosed = false;

  /** `name` is what an error calls the scope when a freed tensor of it is used. */
  constructor(inner: Backend<T>, name: string) {
    this.inner = inner;
    this.name = `${name} on ${inner.name}`;
    this.fused = this.#owning(inner.fused);
    this.fusedBackward = this.#owning(inner.fusedBackward);
    if (inner.detach) this.detach = (x) => this.#own(this.#live("detach").detach!(x));
  }

  /**
   * Frees everything but `keep`, whose owner is from then on the caller. A kept handle that belongs to someone
   * outside (it was lifted) is answered by a new one that shows the same values.
   */
  close(keep: readonly T[] = []): T[] {
    const kept = keep.map((handle) =>
      this.#owned.delete(handle) ? handle : this.inner.reshape(handle, handle.shape),
    );
    this.#isClosed = true;
    for (const handle of this.#owned) this.inner.dispose(handle);
    this.#owned.clear();
    return kept;
  }

  lift(x: T): T {
    return x;
  }
  lower(x: T): T {
    return x;
  }

  fromArray(data: ArrayLike<number>, shape: Shape): T {
    return this.#own(this.#live("fromArray").fromArray(data, shape));
  }
  read(x: T): Promise<Float32Array | Float64Array> {
    return this.#live("read").read(x);
  }
  dispose(x: T): void {
    if (this.#owned.delete(x)) this.inner.dispose(x);
  }
  memory(): MemoryUsage {
    return this.inner.memory();
  }

  unary(op: UnaryOp, x: T): T {
    return this.#own(this.#live(op).unary(op, x));
  }
  binary(op: BinaryOp, a: Operand<T>, b: Operand<T>): T {
    return this.#own(this.#live(op).binary(op, a, b));
  }
  compare(op: CompareOp, a: Operand<T>, b: Operand<T>): T {
    return this.#own(this.#live(op).compare(op, a, b));
  }
  where(mask: T, a: Operand<T>, b: Operand<T>): T {
    return this.#own(this.#live("where").where(mask, a, b));
  }
  reduce(op: ReduceOp, x: T, axis: number): T {
    return this.#own(this.#live(op).reduce(op, x, axis));
  }
  matmul(a: T, b: T, options?: MatmulOptions): T {
    return this.#own(this.#live("matmul").matmul(a, b, options));
  }
  gather(table: T, indices: T): T {
    return this.#own(this.#live("gather").gather(table, indices));
  }
  scatterAdd(indices: T, source: T, rows: number): T {
    return this.#own(this.#live("scatterAdd").scatterAdd(indices, source, rows));
  }
  reshape(x: T, shape: Shape): T {
    return this.#own(this.#live("reshape").reshape(x, shape));
  }
  permute(x: T, order: readonly number[]): T {
    return this.#own(this.#live("permute").permute(x, order));
  }
  expand(x: T, shape: Shape): T {
    return this.#own(this.#live("expand").expand(x, shape));
  }
  slice(x: T, axis: number, start: number, end: number): T {
    return this.#own(this.#live("slice").slice(x, axis, start, end));
  }
  pad(x: T, axis: number, before: number, after: number): T {
    return this.#own(this.#live("pad").pad(x, axis, before, after));
  }
  concat(parts: readonly T[], axis: number): T {
    return this.#own(this.#live("concat").concat(parts, axis));
  }

  #own(handle: T): T {
    this.#owned.add(handle);
    return handle;
  }

  /** The inner backend, as long as this scope is open. */
  #live(operation: string): Backend<T> {
    if (this.#isClosed)
      throw new FreedTensorError(
        `${operation}: the tensor was freed when its scope (${this.name}) ended; return it from the scope's function to keep it`,
      );
    return this.inner;
  }

  /** The same kernels, their outputs owned by this scope. */
  #owning<Kernels extends object>(kernels: Kernels | undefined): Kernels {
    const owning: Record<string, Kernel<T>> = {};
    for (const [op, kernel] of Object.entries(kernels ?? {}) as [string, Kernel<T>][])
      owning[op] = (...args) => {
        this.#live(op);
        const outputs = kernel(...args);
        for (const handle of Object.values(outputs)) this.#own(handle);
        return outputs;
      };
    return owning as Kernels;
  }
}
