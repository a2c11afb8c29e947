import type { Backend } from "@lm/backend";
import {
  createEmbedding,
  createParameters,
  crossEntropy,
  dropout,
  type EmbeddingParameters,
  embedding,
  normal,
  type Trainable,
} from "@lm/nn";
import { zeros } from "@lm/tensor";
import type { Batch, BatchSource } from "@lm/text";

/** A bigram model: logits are a table's rows, to which a leaky sum of all earlier rows is added (its carried state). */
export function toyModel(
  backend: Backend,
  { vocabulary = 5, rate = 0 } = {},
): Trainable<Batch, { table: EmbeddingParameters }> {
  const parameters = createParameters({ backend, seed: 3 }, (source) => ({
    table: createEmbedding(source.at("table"), {
      count: vocabulary,
      width: vocabulary,
      initializer: normal(0.1),
    }),
  }));
  return {
    parameters,
    loss({ table }, { inputs, targets, rows, length }, { state, generator }) {
      const current = dropout(embedding(table, inputs, [rows, length]), rate, generator); // [B, T, V]
      const before =
        state?.sum?.on(current.backend) ??
        zeros([rows, 1, vocabulary], { backend: current.backend });
      const logits = current.add(before.multiply(0.5));
      const sum = current.mean(1, { keepdim: true }).add(before.multiply(0.5));
      return { loss: crossEntropy(logits, targets), state: { sum } };
    },
  };
}

/** A text that goes 0 1 2 3 4 0 1 …, two rows of three tokens a step, read on from step to step. */
export const countingText: BatchSource = {
  stepsPerEpoch: 10,
  batch(step) {
    const at = (offset: number) =>
      Int32Array.from({ length: 6 }, (_, i) => (step * 3 + (i % 3) + offset) % 5);
    return { inputs: at(0), targets: at(1), rows: 2, length: 3, continues: step % 10 !== 0 };
  },
};
