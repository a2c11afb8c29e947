import { gradcheck, valueAndGrad } from "@lm/autograd";
import { reference } from "@lm/backend-reference";
import { testLanguageModel } from "@lm/model/vitest";
import { countParameters } from "@lm/nn";
import { tensor } from "@lm/tensor";
import { type Batch, Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import { feedforward } from "./index.ts";

const vocabulary = new Vocabulary(["a", "b", "c", "d", "e"]);
const config = { vocabulary, window: 3, embedding: 4, hidden: 6 };

describe("feedforward", () => {
  const backend = reference();
  testLanguageModel({
    model: feedforward(config, { backend, seed: 1 }),
    tolerance: 1e-6,
    memory: () => backend.memory().tensors,
  });

  const batch: Batch = {
    inputs: Int32Array.of(0, 1, 2, 3, 4, 0),
    targets: Int32Array.of(1, 2, 3, 4, 0, -1),
    rows: 2,
    length: 3,
    continues: false,
  };

  it("is Bengio's: tanh of the last vectors side by side, then a softmax", async () => {
    const model = feedforward(config, { backend: reference(), seed: 1 });
    const { embedding, hidden, output } = model.parameters;
    const read = async (x: { read(): Promise<ArrayLike<number>> }) => Array.from(await x.read());
    const [C, H, d, U, b] = await Promise.all(
      [embedding.weight, hidden.weight, hidden.bias, output.weight, output.bias].map(read),
    );
    const context = [-1, 3, 1]; // one token before the start: a zero vector
    const x = context.flatMap((id) => (id < 0 ? [0, 0, 0, 0] : C!.slice(4 * id, 4 * id + 4)));
    const h = d!.map((bias, i) =>
      Math.tanh(bias + x.reduce((sum, v, j) => sum + v * H![12 * i + j]!, 0)),
    );
    const logits = b!.map((bias, i) => bias + h.reduce((sum, v, j) => sum + v * U![6 * i + j]!, 0));
    const total = Math.log(logits.reduce((sum, v) => sum + Math.exp(v), 0));
    const { logProbs } = await model.advance(model.start(), Int32Array.of(3, 1));
    expect([...logProbs]).toEqual(logits.map((v) => expect.closeTo(v - total, 6)));
  });

  it("has the right gradients", async () => {
    const engine = reference();
    const model = feedforward(config, { backend: engine, seed: 2 });
    const { hidden } = model.parameters;
    await gradcheck(
      (weight) =>
        model.loss({ ...model.parameters, hidden: { ...hidden, weight } }, batch, {}).loss,
      [hidden.weight],
    );
  });

  it("counts its parameters as the paper does", () => {
    const model = feedforward(config, { backend: reference(), seed: 1 });
    // |V|·m + h·(n − 1)·m + h + |V|·h + |V|
    expect(countParameters(model.parameters)).toBe(5 * 4 + 6 * 12 + 6 + 5 * 6 + 5);
    expect(model.contextLength).toBe(3);
  });

  it("drops in training alone", async () => {
    const model = feedforward({ ...config, dropout: 0.5 }, { backend: reference(), seed: 1 });
    const { Generator } = await import("@lm/random");
    const loss = (seed?: number) =>
      valueAndGrad(
        model.parameters,
        (parameters) =>
          model.loss(
            parameters,
            batch,
            seed === undefined ? {} : { generator: new Generator(seed) },
          ).loss,
      ).value.item();
    expect(await loss()).toBe(await loss());
    expect(await loss(1)).not.toBe(await loss(2));
    expect(await loss(1)).toBe(await loss(1));
  });

  it("leaves nothing behind", async () => {
    const engine = reference();
    const model = feedforward(config, { backend: engine, seed: 1 });
    const before = engine.memory().tensors;
    const { value, gradients } = valueAndGrad(
      model.parameters,
      (p) => model.loss(p, batch, {}).loss,
    );
    value.dispose();
    for (const x of Object.values(gradients).flatMap((layer) => Object.values(layer))) x.dispose();
    tensor([1], { backend: engine }).dispose();
    expect(engine.memory().tensors).toBe(before);
  });
});
