import { Generator } from "@lm/random";
import type { BatchSource } from "./batch.ts";
import { checkLength, checkSizes, checkStep } from "./batch-checks.ts";
import { rowBatch } from "./row-batch.ts";

export interface WindowOptions {
  /** Windows a step. */
  readonly batchSize: number;
  /** Tokens a window. */
  readonly context: number;
  readonly seed: number;
}

/**
 * Windows at uniformly random places of the text, drawn anew each step (as nanoGPT's `get_batch`). Step s
 * draws from stream s of the seed.
 * @throws TextError when a size is no positive integer or there are fewer than context + 1 tokens.
 */
export function windows(ids: Int32Array, { batchSize, context, seed }: WindowOptions): BatchSource {
  checkSizes("windows", { batchSize, context });
  checkLength("windows", { found: ids.length, needed: context + 1, remedy: "lower context" });
  const places = ids.length - context;
  const generator = new Generator(seed);
  return {
    stepsPerEpoch: Math.ceil((ids.length - 1) / (batchSize * context)),
    batch(step) {
      checkStep("windows", step);
      const random = generator.fork(step);
      const starts = Array.from({ length: batchSize }, () => random.integer(places));
      return rowBatch(ids, starts, { length: context, continues: false });
    },
  };
}
