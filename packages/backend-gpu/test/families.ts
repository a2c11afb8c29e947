import type { Backend } from "@lm/backend";
import { cpu } from "@lm/backend-cpu";
import { complete } from "@lm/decode";
import { feedforward } from "@lm/feedforward";
import type { LanguageModel } from "@lm/model";
import type { ParameterOrigin, Trainable } from "@lm/nn";
import { elman, gru, lstm } from "@lm/rnn";
import { readSafetensors, writeSafetensors } from "@lm/tensor";
import { type Batch, type BatchSource, characterTokenizer, streams, windows } from "@lm/text";
import { adamW, train } from "@lm/train";
import { transformer } from "@lm/transformer";
import { describe, expect, it } from "vitest";
import type { GpuBackend } from "../src/index.ts";

type NeuralModel = LanguageModel & Trainable<Batch, object>;
type Create = (origin: ParameterOrigin) => NeuralModel;

const text = "she sells sea shells by the sea shore. ".repeat(20);
const tokenizer = characterTokenizer(text);
const { vocabulary } = tokenizer;
const ids = tokenizer.encode(text);
const shape = { batchSize: 4, context: 12 };
const STEPS = 10;

const inWindows = windows(ids, { ...shape, seed: 1 });
const inStreams = streams(ids, shape);
const small = { vocabulary, hidden: 24, embedding: 16, layers: 2 };
const deep = { vocabulary, layers: 2, heads: 2, width: 32, context: 12, dropout: 0.1 };

/** Every family, and what it learns from. */
const families: Readonly<Record<string, readonly [Create, BatchSource]>> = {
  feedforward: [(origin) => feedforward({ vocabulary, hidden: 24 }, origin), inWindows],
  elman: [(origin) => elman(small, origin), inStreams],
  lstm: [(origin) => lstm(small, origin), inStreams],
  "gru, reset after": [(origin) => gru(small, origin), inStreams],
  "gru, reset before": [(origin) => gru({ ...small, reset: "before" }, origin), inStreams],
  transformer: [(origin) => transformer(deep, origin), inWindows],
};

/** The losses of each step, and the weights after the last. */
async function learn(create: Create, data: BatchSource, backend: Backend) {
  const losses: number[] = [];
  let weights: Uint8Array | undefined;
  const model = create({ backend, seed: 1 });
  const optimizer = adamW({ learningRate: 1e-2, weightDecay: 0.1 });
  const options = { model, data, optimizer, steps: STEPS, clip: 1, checkpointEvery: STEPS };
  for await (const event of train(options))
    if (event.type === "step") losses.push(event.loss);
    else if (event.type === "checkpoint") weights = writeSafetensors(event.checkpoint.model);
  const greedy = await complete(model, tokenizer, "she s", { maxTokens: 40 });
  return { losses, weights: readSafetensors(weights!), greedy };
}

/** Every family learns as on the CPU engine, writes the same text, and gives weights that the CPU engine takes. */
export function testFamilies(backend: GpuBackend): void {
  describe(`${backend.name} trains every family`, async () => {
    const reference = await cpu({ threads: 1 });
    it.each(Object.entries(families))(
      "%s",
      async (_, [create, data]) => {
        const expected = await learn(create, data, reference);
        const { losses, weights, greedy } = await learn(create, data, backend);
        expect(losses).toHaveLength(STEPS);
        for (const [step, loss] of losses.entries())
          expect(Math.abs(loss / expected.losses[step]! - 1)).toBeLessThan(1e-3);
        expect(greedy.text).toBe(expected.greedy.text);
        const loaded = create({ backend: reference, weights });
        const again = await complete(loaded, tokenizer, "she s", { maxTokens: 40 });
        expect(again.text).toBe(greedy.text);
      },
      120_000,
    );
  });
}
