import type { Memory } from "./device.ts";

/** How a pool makes memory, and gives it back to the system. */
export interface Source<M extends Memory> {
  /** The most that one piece can hold. */
  readonly maxFloats: number;
  create(floats: number): M;
  destroy(memory: M): void;
}

/**
 * Memory that was freed is kept for the next tensor of about its size, so that a loop which always asks for the same sizes
 * allocates nothing. As much is kept as was ever in use at a time; beyond that, sizes that were not asked for the
 * longest go first.
 */
export class Pool<M extends Memory> {
  readonly #source: Source<M>;
  /** Free memory by its size, the sizes used least recently first. */
  readonly #free = new Map<number, M[]>();
  #floatsInUse = 0;
  #floatsFree = 0;
  #mostInUse = 0;
  readonly #all = new Set<M>();

  constructor(source: Source<M>) {
    this.#source = source;
  }

  /** How many pieces of memory there are, in use or free. */
  get count(): number {
    return this.#all.size;
  }

  take(floats: number): M {
    const size = Math.min(sizeFor(floats), this.#source.maxFloats);
    const free = this.#free.get(size);
    const reused = free?.pop();
    if (free) {
      this.#free.delete(size);
      if (free.length > 0) this.#free.set(size, free);
    }
    this.#floatsInUse += size;
    this.#mostInUse = Math.max(this.#mostInUse, this.#floatsInUse);
    if (reused) {
      this.#floatsFree -= size;
      return reused;
    }
    const created = this.#source.create(size);
    this.#all.add(created);
    return created;
  }

  give(memory: M): void {
    const size = memory.floats;
    const free = this.#free.get(size) ?? [];
    free.push(memory);
    this.#free.delete(size);
    this.#free.set(size, free);
    this.#floatsInUse -= size;
    this.#floatsFree += size;
    while (this.#floatsFree > this.#mostInUse) this.#shrink();
  }

  /** Gives back everything, in use or not. */
  clear(): void {
    for (const memory of this.#all) this.#source.destroy(memory);
    this.#all.clear();
    this.#free.clear();
    this.#floatsFree = 0;
  }

  #shrink(): void {
    const [[size, free]] = this.#free as Iterable<[number, M[]]> as [[number, M[]]];
    const oldest = free.shift()!;
    if (free.length === 0) this.#free.delete(size);
    this.#floatsFree -= size;
    this.#all.delete(oldest);
    this.#source.destroy(oldest);
  }
}

/** Sizes are multiples of 64 up to 256, then four to a doubling: at most a fifth of a large piece is waste. */
function sizeFor(floats: number): number {
  if (floats <= 256) return Math.max(64, Math.ceil(floats / 64) * 64);
  const quarter = 2 ** (Math.ceil(Math.log2(floats)) - 3);
  return Math.ceil(floats / quarter) * quarter;
}
