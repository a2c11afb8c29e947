import type { Generator } from "@lm/random";
import type { LanguageModel } from "../language-model.ts";
import { sentenceStart } from "../sentence-start.ts";

/** The most tokens that a law reads where the model does not set the length. */
export const LONGEST = 6;

export interface ProbeOptions<State> {
  readonly model: LanguageModel<State>;
  /** How far a log-probability may be off, relative to 1 + its size, and a sum of probabilities from 1. */
  readonly tolerance: number;
  readonly generator: Generator;
}

/** A model under test: reads texts with it and compares what it says. */
export class Probe<State> {
  readonly model: LanguageModel<State>;
  readonly generator: Generator;
  readonly #tolerance: number;

  constructor({ model, tolerance, generator }: ProbeOptions<State>) {
    this.model = model;
    this.generator = generator;
    this.#tolerance = tolerance;
  }

  /**
   * Runs `body` and then releases every state that it handed to `own`, unless it has been released by `release`.
   */
  async withStates(
    body: (own: (state: State) => State, release: (state: State) => void) => Promise<void>,
  ): Promise<void> {
    const owned = new Set<State>();
    const release = (state: State) => {
      owned.delete(state);
      this.model.release?.(state);
    };
    try {
      await body((state) => {
        owned.add(state);
        return state;
      }, release);
    } finally {
      for (const state of owned) release(state);
    }
  }

  /** What the model says after `tokens`, read from the start as one row and in one piece. */
  async restart(tokens: Int32Array): Promise<Float32Array> {
    let said = new Float32Array();
    await this.withStates(async (own) => {
      const next = await this.model.advance(own(this.model.start()), tokens);
      own(next.state);
      said = Float32Array.from(next.logProbs);
    });
    return said;
  }

  /** A token that a text may hold: any but `<s>`, which is never predicted. */
  token(): number {
    const { size, bos, eos } = this.model.vocabulary;
    if (bos === undefined || bos === eos || size === 1) return this.generator.integer(size);
    const token = this.generator.integer(size - 1);
    return token < bos ? token : token + 1;
  }

  /**
   * A random text. Half of its last tokens are drawn from the model, so that they are what the model knows about,
   * the others from the whole vocabulary. It begins like a sentence or anywhere.
   */
  async text(length: number): Promise<Int32Array> {
    const tokens = Int32Array.from({ length }, () => this.token());
    const start = sentenceStart(this.model.vocabulary);
    if (start !== undefined && this.generator.uniform() < 0.5) tokens[0] = start;
    for (let i = Math.max(1, length - LONGEST); i < length; i++)
      if (this.generator.uniform() < 0.5)
        tokens[i] = this.#sample(await this.restart(tokens.slice(0, i)));
    return tokens;
  }

  async texts(...lengths: number[]): Promise<Int32Array[]> {
    const texts: Int32Array[] = [];
    for (const length of lengths) texts.push(await this.text(length));
    return texts;
  }

  /** @throws Error unless each row of `logProbs` (`[rows, V]`) is a distribution, or scores where it says so. */
  expectDistributions(logProbs: Float32Array, rows: number, where: string): void {
    const { size } = this.model.vocabulary;
    if (logProbs.length !== rows * size)
      throw new Error(
        `${where}: ${logProbs.length} log-probabilities for ${rows} × ${size} tokens`,
      );
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let token = 0; token < size; token++) {
        const logProb = logProbs[row * size + token]!;
        if (!(logProb <= this.#tolerance))
          throw new Error(`${where}: ${this.#name(token)} has the log-probability ${logProb}`);
        sum += Math.exp(logProb);
      }
      if (this.model.isNormalized !== false && !(Math.abs(sum - 1) <= this.#tolerance))
        throw new Error(
          `${where}: the probabilities sum to ${sum}, not to 1 within ${this.#tolerance}`,
        );
    }
  }

  /** @throws Error naming the first token whose log-probability is off. */
  expectSame(got: Float32Array, expected: Float32Array, where: string): void {
    if (got.length !== expected.length)
      throw new Error(`${where}: ${got.length} log-probabilities, not ${expected.length}`);
    for (let token = 0; token < expected.length; token++)
      this.expectClose(got[token]!, expected[token]!, `${where}: ${this.#name(token)}`);
  }

  /** @throws Error when a log-probability is off; −Infinity is close to itself alone. */
  expectClose(got: number, expected: number, where: string): void {
    const isClose =
      got === expected || Math.abs(got - expected) <= this.#tolerance * (1 + Math.abs(expected));
    if (!isClose) throw new Error(`${where} has the log-probability ${got}, not ${expected}`);
  }

  #name(token: number): string {
    return `token ${token} (${JSON.stringify(this.model.vocabulary.tokens[token])})`;
  }

  /** Draws from a distribution; where it is none, which is for a law to say, from the whole vocabulary. */
  #sample(logProbs: Float32Array): number {
    let rest = this.generator.uniform();
    for (let token = 0; token < logProbs.length; token++) {
      rest -= Math.exp(logProbs[token]!);
      if (rest < 0) return token;
    }
    return this.token();
  }
}

/** Of a batch's answer, one row. */
export function rowOf(logProbs: Float32Array, row: number, rows: number): Float32Array {
  const size = logProbs.length / rows;
  return logProbs.subarray(row * size, (row + 1) * size);
}

/** Row-major `[batch, n]` tokens of texts of equal length. */
export function stack(texts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(texts.flatMap((text) => [...text]));
}
