import type { BenchCase } from "./bench-case.ts";
import { trainWorkload } from "./training-run.ts";
import { trainingWorkloads } from "./training-workloads.ts";

/** Whole steps of `train` of @lm/train: batch, forward, backward, clipping, update, reading the loss. */
export const trainingCases: readonly BenchCase[] = Object.values(trainingWorkloads).map(
  (workload) => ({
    group: "training",
    name: workload.title,
    figures: [
      { unit: "ms/step", of: (seconds) => seconds * 1000 },
      { unit: "tokens/s", of: (seconds) => (workload.batchSize * workload.context) / seconds },
    ],
    seconds: 1.8,
    prepare(place) {
      const events = trainWorkload(workload, place);
      return {
        async run(times) {
          for (let i = 0; i < times; i++) await events.next();
        },
        async close() {
          await events.return();
        },
      };
    },
  }),
);
