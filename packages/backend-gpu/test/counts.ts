import { feedforward } from "@lm/feedforward";
import { characterTokenizer, windows } from "@lm/text";
import { adamW, train } from "@lm/train";
import { expect, it } from "vitest";
import type { GpuBackend } from "../src/index.ts";

const text = "she sells sea shells by the sea shore. ".repeat(20);
const tokenizer = characterTokenizer(text);

/** A thousand steps hold no more kernels, buffers and textures than the first few. */
export function testCounts(name: string, open: () => Promise<GpuBackend>): void {
  it(`${name} holds the same number of objects over 1,000 training steps`, async () => {
    // An engine of its own: what other tests left to the garbage collector would be counted.
    const backend = await open();
    const { vocabulary } = tokenizer;
    const model = feedforward(
      { vocabulary, hidden: 16, embedding: 8, window: 3 },
      { backend, seed: 1 },
    );
    const data = windows(tokenizer.encode(text), { batchSize: 4, context: 8, seed: 1 });
    const counts = new Set<string>();
    const options = { model, data, optimizer: adamW({ learningRate: 1e-3 }), steps: 1000 };
    for await (const event of train(options))
      if (event.type === "step" && event.step > 5)
        counts.add(JSON.stringify([backend.counts(), backend.memory()]));
    await backend.close();
    expect([...counts]).toHaveLength(1);
  }, 120_000);
}
