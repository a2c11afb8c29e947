import { sizeOf } from "@lm/backend";
import { Generator } from "@lm/random";
import { randomNormal, type Tensor, tensor } from "@lm/tensor";
import type { BenchPlace } from "./bench-case.ts";

/** Tensors of seeded numbers; each has a stream of its own. */
export class BenchData {
  readonly #place: BenchPlace;
  readonly #made: Tensor[] = [];

  constructor(place: BenchPlace) {
    this.#place = place;
  }

  /** From the standard normal distribution. */
  normal(...shape: number[]): Tensor {
    const { backend, seed } = this.#place;
    return this.#keep(
      randomNormal(shape, {
        backend,
        generator: new Generator(seed, this.#made.length),
      }),
    );
  }

  /** Whole numbers below `limit`. */
  ids(limit: number, ...shape: number[]): Tensor {
    const { backend, seed } = this.#place;
    const generator = new Generator(seed, this.#made.length);
    const values = Float32Array.from({ length: sizeOf(shape) }, () => generator.integer(limit));
    return this.#keep(tensor(values, { backend, shape }));
  }

  /** Frees all of them. */
  close = (): void => {
    for (const x of this.#made) x.dispose();
  };

  #keep(x: Tensor): Tensor {
    this.#made.push(x);
    return x;
  }
}
