import { cpu } from "@lm/backend-cpu";
import { scoreSequences } from "@lm/model";
import { characterTokenizer, windows } from "@lm/text";
import { adamW, train } from "@lm/train";
import { expect, it } from "vitest";
import { transformer } from "../src/index.ts";

const text = "she sells sea shells by the sea shore. ".repeat(40);

it("learns a text, in memory that does not grow", async () => {
  const backend = await cpu({ threads: 1 });
  const tokenizer = characterTokenizer(text);
  const ids = tokenizer.encode(text);
  const options = { vocabulary: tokenizer.vocabulary, layers: 2, heads: 2, width: 32, context: 24 };
  const model = transformer(options, { backend, seed: 1 });
  const data = windows(ids, { batchSize: 4, context: 24, seed: 1 });
  const live: number[] = [];
  for await (const event of train({
    model,
    data,
    optimizer: adamW({ learningRate: 5e-3 }),
    steps: 250,
    clip: 1,
  }))
    if (event.type === "step") live.push(backend.memory().tensors);
  const pieces = Array.from({ length: 10 }, (_, i) => ids.slice(7 * i, 7 * i + 25));
  const scores = (await scoreSequences(model, pieces)).map((piece) => piece.subarray(12));
  // With a dozen characters before it, every character of this text can be known.
  const sum = scores.reduce(
    (total, piece) => total + piece.reduce((s, logProb) => s + logProb, 0),
    0,
  );
  expect(-sum / (10 * 12)).toBeLessThan(0.2);
  expect(new Set(live).size).toBe(1);
});
