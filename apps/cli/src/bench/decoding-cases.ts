import type { LanguageModel } from "@lm/model";
import type { BenchCase } from "./bench-case.ts";
import { workloadModel } from "./training-run.ts";
import { type TrainingWorkload, trainingWorkloads } from "./training-workloads.ts";

const { gpt, lstm, gru } = trainingWorkloads;
const larger: TrainingWorkload = {
  ...gpt,
  model: { ...gpt.model, layers: 6, heads: 6, width: 384, context: 256 },
};

/** Tokens of a text; a Transformer's key-value cache grows from none to all of them. */
const decoding = (name: string, workload: TrainingWorkload, length: number): BenchCase => ({
  group: "decoding",
  name,
  figures: [{ unit: "tokens/s", of: (seconds) => length / seconds }],
  seconds: 0.8,
  prepare(place) {
    const model = workloadModel(workload, place);
    return {
      async run(times) {
        for (let i = 0; i < times; i++) await decodeGreedily(model, length);
      },
      close() {},
    };
  },
});

export const decodingCases: readonly BenchCase[] = [
  decoding("GPT, 4 layers of 128, 64 tokens", gpt, 64),
  decoding("GPT, 6 layers of 384, 256 tokens", larger, 256),
  decoding("LSTM, 2 layers of 200, 10,000 words", lstm, 64),
  decoding("GRU of 128, characters", gru, 64),
];

/** One text from nothing, the most probable token at a time. */
async function decodeGreedily(model: LanguageModel, length: number): Promise<void> {
  let state = model.start();
  let token = 0;
  for (let i = 0; i < length; i++) {
    const next = await model.advance(state, Int32Array.of(token));
    model.release?.(state);
    state = next.state;
    token = next.logProbs.indexOf(Math.max(...next.logProbs));
  }
  model.release?.(state);
}
