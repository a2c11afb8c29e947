import { Generator } from "@lm/random";
import type { LanguageModel } from "../language-model.ts";
import { advanceLaws } from "./advance-laws.ts";
import { batchLaws } from "./batch-laws.ts";
import { lengthLaws } from "./length-laws.ts";
import { LONGEST, Probe } from "./probe.ts";
import { memoryLaw, releaseLaws } from "./release-laws.ts";
import { scoreLaws } from "./score-laws.ts";

/** A test without a framework: `run` rejects when the model breaks the law, and says where. */
export interface LanguageModelCase {
  readonly name: string;
  run(): Promise<void>;
}

export interface LanguageModelCasesOptions {
  readonly model: LanguageModel;
  /** How far a log-probability may be off, relative to 1 + its size, and a sum of probabilities from 1. */
  readonly tolerance: number;
  /** How many tensors are live, where states hold any: with it the suite proves that all are given back. */
  readonly memory?: () => number;
}

/** Each law is checked on so many random texts, the same ones every time. */
const TEXTS = 8;

/**
 * Every law of the `LanguageModel` contract that applies to a model, to be run one after the other.
 * @throws RangeError for a model that cannot read as many tokens in one piece as the suite does.
 */
export function languageModelCases({
  model,
  tolerance,
  memory,
}: LanguageModelCasesOptions): LanguageModelCase[] {
  if ((model.maximumLength ?? LONGEST) < LONGEST)
    throw new RangeError(
      `languageModelCases: maximumLength is ${model.maximumLength}; make the model one that reads ${LONGEST} tokens or more`,
    );
  return [
    ...lengthLaws,
    ...advanceLaws,
    ...batchLaws,
    ...scoreLaws,
    ...releaseLaws,
    ...(memory ? [memoryLaw(memory)] : []),
  ]
    .filter(({ appliesTo }) => appliesTo?.(model) ?? true)
    .map(({ name, check }) => ({
      name,
      async run() {
        for (let text = 0; text < TEXTS; text++)
          await check(new Probe({ model, tolerance, generator: new Generator(0, text) }));
      },
    }));
}
