import { cpu } from "@lm/backend-cpu";
import { scoreSequences } from "@lm/model";
import { characterTokenizer, streams } from "@lm/text";
import { adamW, train } from "@lm/train";
import { expect, it } from "vitest";
import { CELLS, elman, gru, lstm } from "../src/index.ts";

const text = "she sells sea shells by the sea shore. ".repeat(40);

const models = { rnn: elman, lstm, gru };

it.each(CELLS)("%s layers learn a text, in memory that does not grow", async (cell) => {
  const backend = await cpu({ threads: 1 });
  const tokenizer = characterTokenizer(text);
  const ids = tokenizer.encode(text);
  const options = { vocabulary: tokenizer.vocabulary, embedding: 16, hidden: 48 };
  const model = models[cell](options, { backend, seed: 1 });
  const data = streams(ids, { batchSize: 4, context: 16 });
  const live: number[] = [];
  for await (const event of train({
    model,
    data,
    optimizer: adamW({ learningRate: 1e-2 }),
    steps: 250,
    clip: 1,
  }))
    if (event.type === "step") live.push(backend.memory().tensors);
  const [scores] = await scoreSequences(model, [ids.slice(0, 400)]);
  // Where it stands in the text is clear after some characters; from then on all can be known.
  const late = scores!.subarray(60);
  expect(-late.reduce((sum, logProb) => sum + logProb, 0) / late.length).toBeLessThan(0.2);
  expect(new Set(live).size).toBe(1);
});
