import { cpu } from "@lm/backend-cpu";
import { scoreSequences } from "@lm/model";
import { characterTokenizer, windows } from "@lm/text";
import { adamW, train } from "@lm/train";
import { expect, it } from "vitest";
import { feedforward } from "../src/index.ts";

const text = "she sells sea shells by the sea shore. ".repeat(40);

it("learns a text, in memory that does not grow", async () => {
  const backend = await cpu({ threads: 1 });
  const tokenizer = characterTokenizer(text);
  const ids = tokenizer.encode(text);
  const model = feedforward(
    { vocabulary: tokenizer.vocabulary, window: 6, hidden: 48 },
    { backend, seed: 1 },
  );
  const data = windows(ids, { batchSize: 4, context: 16, seed: 1 });
  const live: number[] = [];
  for await (const event of train({
    model,
    data,
    optimizer: adamW({ learningRate: 1e-2 }),
    steps: 150,
  }))
    if (event.type === "step") live.push(backend.memory().tensors);
  const [scores] = await scoreSequences(model, [ids.slice(0, 400)]);
  const crossEntropy = -scores!.reduce((sum, logProb) => sum + logProb, 0) / scores!.length;
  // The text repeats itself: all but the choice after an ambiguous window can be known.
  expect(crossEntropy).toBeLessThan(0.2);
  expect(new Set(live).size).toBe(1);
});
