import type { Generator } from "@lm/random";
import { DecodingError } from "../errors.ts";
import { Candidates } from "./candidates.ts";
import type { SamplerContext, SamplerStep } from "./step.ts";
import { type TraceEntry, traceEntry } from "./trace.ts";

export interface Choice {
  readonly token: number;
  /** Empty unless traced. */
  readonly trace: readonly TraceEntry[];
}

/** A chain of steps and a draw from what they leave. */
export class Sampler {
  readonly #steps: readonly SamplerStep[];
  readonly #generator: Generator;
  readonly #candidates: Candidates;
  readonly #isTraced: boolean;

  constructor(
    steps: readonly SamplerStep[],
    options: {
      readonly generator: Generator;
      readonly vocabularySize: number;
      readonly isTraced: boolean;
    },
  ) {
    this.#steps = steps;
    this.#generator = options.generator;
    this.#candidates = new Candidates(options.vocabularySize);
    this.#isTraced = options.isTraced;
  }

  /** @throws DecodingError when no token is possible, or none is left by the chain. */
  choose(logProbs: Float32Array, context: SamplerContext): Choice {
    const trace: TraceEntry[] = [];
    const candidates = this.#candidates;
    const passed = (step: string) => {
      if (candidates.highest() === Number.NEGATIVE_INFINITY)
        throw new DecodingError(
          `no token can follow the ${context.tokens.length} tokens so far: ${step} leaves none`,
        );
      if (this.#isTraced) trace.push(traceEntry(step, candidates));
    };
    candidates.load(logProbs);
    passed("model");
    for (const step of this.#steps) {
      step.apply(candidates, context);
      passed(step.name);
    }
    return { token: this.#draw(), trace };
  }

  /** By inverting the cumulative distribution, as exactly as a uniform number is (2⁻³²). */
  #draw(): number {
    const { tokens, logProbs, size } = this.#candidates;
    const highest = this.#candidates.highest();
    let total = 0;
    for (let i = 0; i < size; i++) total += Math.exp(logProbs[i]! - highest);
    if (Number.isNaN(total))
      throw new DecodingError("a step of the sampler gives a log-probability that is none");
    const target = this.#generator.uniform() * total;
    // The sums are those of above, so that the last of them is `total`, and above the target.
    let sum = 0;
    let i = -1;
    while (sum <= target) sum += Math.exp(logProbs[++i]! - highest);
    return tokens[i]!;
  }
}
