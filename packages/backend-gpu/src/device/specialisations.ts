/** A kernel is compiled for sizes that come so many times … */
const REPEATS = 3;
/** … and so many are kept, those used last. */
const MAX_KEPT = 32;
/** Beyond so many different sizes counting begins again. */
const MAX_COUNTED = 1024;

/**
 * Kernels that were compiled for fixed sizes, which some devices run faster than those that are told the sizes. It pays
 * for sizes that come again and again, as in training; text that grows token by token must not compile anew with each.
 */
export class Specialisations<K> {
  readonly #destroy: (kernel: K) => void;
  readonly #uses = new Map<string, number>();
  /** Those used least recently first. */
  readonly #kernels = new Map<string, K>();

  constructor(destroy: (kernel: K) => void) {
    this.#destroy = destroy;
  }

  get count(): number {
    return this.#kernels.size;
  }

  /** The kernel for the sizes that `key` stands for; undefined as long as they have not come often. */
  find(key: string, compile: () => K): K | undefined {
    const uses = (this.#uses.get(key) ?? 0) + 1;
    if (this.#uses.size >= MAX_COUNTED) this.#uses.clear();
    this.#uses.set(key, uses);
    const kernel = this.#kernels.get(key) ?? (uses < REPEATS ? undefined : compile());
    if (!kernel) return undefined;
    this.#kernels.delete(key);
    this.#kernels.set(key, kernel);
    if (this.#kernels.size > MAX_KEPT) this.#drop();
    return kernel;
  }

  #drop(): void {
    const [[key, kernel]] = this.#kernels as Iterable<[string, K]> as [[string, K]];
    this.#kernels.delete(key);
    this.#uses.delete(key);
    this.#destroy(kernel);
  }
}
