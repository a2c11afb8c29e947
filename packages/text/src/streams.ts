import type { BatchSource } from "./batch.ts";
import { checkLength, checkSizes, checkStep } from "./batch-checks.ts";
import { rowBatch } from "./row-batch.ts";

export interface StreamOptions {
  /** Rows that are read side by side. */
  readonly batchSize: number;
  /** Tokens a row and step. */
  readonly context: number;
}

/**
 * The text cut into `batchSize` rows that follow each other, read in parallel from left to right, `context`
 * tokens a step: what truncated back-propagation through time wants, whose state goes on from step to step.
 * The last step of an epoch may be shorter; up to `batchSize` − 1 tokens at the end stay unused.
 * @throws TextError when a size is no positive integer or there are fewer than batchSize + 1 tokens.
 */
export function streams(ids: Int32Array, { batchSize, context }: StreamOptions): BatchSource {
  checkSizes("streams", { batchSize, context });
  checkLength("streams", { found: ids.length, needed: batchSize + 1, remedy: "lower batchSize" });
  // The last target of a row is the first token of the next one.
  const rowLength = Math.floor((ids.length - 1) / batchSize);
  const stepsPerEpoch = Math.ceil(rowLength / context);
  return {
    stepsPerEpoch,
    batch(step) {
      checkStep("streams", step);
      const offset = (step % stepsPerEpoch) * context;
      const starts = Array.from({ length: batchSize }, (_, row) => row * rowLength + offset);
      return rowBatch(ids, starts, {
        length: Math.min(context, rowLength - offset),
        continues: offset > 0,
      });
    },
  };
}
