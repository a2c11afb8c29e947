import { Generator } from "@lm/random";
import type { BatchSource } from "./batch.ts";
import { checkLength, checkSizes, checkStep } from "./batch-checks.ts";
import { rowBatch } from "./row-batch.ts";
import type { WindowOptions } from "./windows.ts";

/**
 * The text cut into windows that do not overlap, every one once an epoch, in an order shuffled anew for each
 * epoch (epoch e from stream e of the seed). The last step of an epoch takes what is left; a `batchSize` of
 * all windows or more is full-batch gradient descent. Tokens that fill no window at the end stay unused.
 * @throws TextError when a size is no positive integer or there are fewer than context + 1 tokens.
 */
export function epochs(ids: Int32Array, { batchSize, context, seed }: WindowOptions): BatchSource {
  checkSizes("epochs", { batchSize, context });
  checkLength("epochs", { found: ids.length, needed: context + 1, remedy: "lower context" });
  const count = Math.floor((ids.length - 1) / context);
  const stepsPerEpoch = Math.ceil(count / batchSize);
  const generator = new Generator(seed);
  const starts = (epoch: number) =>
    generator.fork(epoch).shuffle(Int32Array.from({ length: count }, (_, i) => i * context));

  // The order of the epoch asked for last, so that it is not shuffled again at every step.
  let current = { epoch: 0, starts: starts(0) };
  return {
    stepsPerEpoch,
    batch(step) {
      checkStep("epochs", step);
      const epoch = Math.floor(step / stepsPerEpoch);
      if (epoch !== current.epoch) current = { epoch, starts: starts(epoch) };
      const first = (step % stepsPerEpoch) * batchSize;
      return rowBatch(ids, current.starts.subarray(first, first + batchSize), {
        length: context,
        continues: false,
      });
    },
  };
}
