import { philox } from "./philox.ts";

const WORD = 2 ** 32;

/** All that a generator remembers: with it, the numbers go on exactly where they stopped. */
export interface GeneratorState {
  readonly seed: number;
  readonly stream: number;
  /** How many 32-bit words have been drawn. */
  readonly position: number;
}

/**
 * A seeded source of random numbers. The same seed and stream give the same integers and uniform numbers everywhere;
 * normal ones go through `Math.log` and `Math.cos`, whose last bit may differ between JavaScript engines. There is no
 * global generator: whoever needs randomness is handed one.
 */
export class Generator {
  readonly seed: number;
  readonly stream: number;
  #position: number;
  readonly #counter = new Uint32Array(4);
  readonly #key: Uint32Array;
  readonly #block = new Uint32Array(4);
  #blockIndex = -1;

  /** @throws RangeError unless `seed`, `stream` and `position` are integers from 0 to 2⁵³ − 1. */
  constructor(seed: number, stream = 0, position = 0) {
    for (const [name, value] of Object.entries({ seed, stream, position }))
      if (!Number.isSafeInteger(value) || value < 0)
        throw new RangeError(
          `Generator: ${name} is ${value}, but it must be an integer from 0 to 2^53 - 1`,
        );
    this.seed = seed;
    this.stream = stream;
    this.#position = position;
    this.#key = Uint32Array.of(seed % WORD, Math.floor(seed / WORD));
    this.#counter[2] = stream % WORD;
    this.#counter[3] = Math.floor(stream / WORD);
  }

  static from({ seed, stream, position }: GeneratorState): Generator {
    return new Generator(seed, stream, position);
  }

  get state(): GeneratorState {
    return { seed: this.seed, stream: this.stream, position: this.#position };
  }

  /** The generator of another stream of the same seed, at its beginning. */
  fork(stream: number): Generator {
    return new Generator(this.seed, stream);
  }

  /** A uniform integer in [0, 2³²). */
  uint32(): number {
    const block = Math.floor(this.#position / 4);
    if (block !== this.#blockIndex) {
      this.#counter[0] = block % WORD;
      this.#counter[1] = Math.floor(block / WORD);
      philox(this.#counter, this.#key, this.#block);
      this.#blockIndex = block;
    }
    return this.#block[this.#position++ & 3]!;
  }

  /** A uniform number in [0, 1), a multiple of 2⁻³². */
  uniform(): number {
    return this.uint32() / WORD;
  }

  /** A standard normal number (Box and Muller 1958; one of the pair is used). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) / WORD));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * A uniform integer in [0, limit), without bias.
   * @throws RangeError unless `limit` is an integer from 1 to 2³².
   */
  integer(limit: number): number {
    if (!Number.isInteger(limit) || limit < 1 || limit > WORD)
      throw new RangeError(
        `Generator.integer: limit is ${limit}, but it must be an integer from 1 to 2^32`,
      );
    const unbiased = WORD - (WORD % limit);
    for (;;) {
      const word = this.uint32();
      if (word < unbiased) return word % limit;
    }
  }

  /** Shuffles in place (Fisher and Yates; Durstenfeld 1964) and returns the array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }
}
