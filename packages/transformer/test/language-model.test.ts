import { gradcheck, valueAndGrad } from "@lm/autograd";
import { reference } from "@lm/backend-reference";
import { testLanguageModel } from "@lm/model/vitest";
import { countParameters } from "@lm/nn";
import { Generator } from "@lm/random";
import { disposeTensors, tensor } from "@lm/tensor";
import { type Batch, Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import { transformer } from "../src/index.ts";

const vocabulary = new Vocabulary(["a", "b", "c", "d", "e"]);
const config = { vocabulary, layers: 2, heads: 2, width: 8, context: 8 };
const batch: Batch = {
  inputs: Int32Array.of(0, 1, 2, 3, 4, 0),
  targets: Int32Array.of(1, 2, 3, 4, 0, -1),
  rows: 2,
  length: 3,
  continues: false,
};

describe("transformer", () => {
  const backend = reference();
  testLanguageModel({
    model: transformer(config, { backend, seed: 1 }),
    tolerance: 1e-6,
    memory: () => backend.memory().tensors,
  });

  it("has the right gradients", async () => {
    const model = transformer(config, { backend: reference(), seed: 2 });
    const { wte, h } = model.parameters.transformer;
    const [first, ...others] = h;
    const lossWith = (change: object) =>
      model.loss({ transformer: { ...model.parameters.transformer, ...change } }, batch, {}).loss;
    await gradcheck((weight) => lossWith({ wte: { weight } }), [wte.weight]);
    await gradcheck(
      (weight) =>
        lossWith({
          h: [
            { ...first, attn: { ...first!.attn, c_attn: { ...first!.attn.c_attn, weight } } },
            ...others,
          ],
        }),
      [first!.attn.c_attn.weight],
    );
  });

  it("reads cached tokens and new ones as one text", async () => {
    const model = transformer(config, { backend: reference(), seed: 3 });
    const all = await model.advance(model.start(), Int32Array.of(0, 1, 2, 3));
    const before = await model.advance(model.start(), Int32Array.of(0, 1));
    const after = await model.advance(before.state, Int32Array.of(2, 3));
    expect([...after.logProbs]).toEqual([...all.logProbs].map((v) => expect.closeTo(v, 6)));
    expect(after.state.cache?.[0]?.key.shape).toEqual([1, 4, 8]);
  });

  it("sees its last `context` tokens once the text is longer", async () => {
    const model = transformer(config, { backend: reference(), seed: 3 });
    const text = Int32Array.of(4, 4, 0, 1, 2, 3, 4, 0, 1, 2);
    const long = await model.advance(model.start(), text);
    const view = await model.advance(model.start(), text.slice(-8));
    expect(long.logProbs).toEqual(view.logProbs);
    await expect(model.score([text])).rejects.toThrow("it has 8 positions");
  });

  it("has as many parameters as GPT-2 of its shape", () => {
    const model = transformer(config, { backend: reference(), seed: 1 });
    const block = 2 * 8 + (8 * 24 + 24) + (8 * 8 + 8) + 2 * 8 + (8 * 32 + 32) + (32 * 8 + 8);
    expect(countParameters(model.parameters)).toBe(5 * 8 + 8 * 8 + 2 * block + 2 * 8);
    expect(() => transformer({ ...config, heads: 3 }, { backend: reference(), seed: 1 })).toThrow(
      "3 heads do not divide the width 8",
    );
  });

  it("leaves nothing behind", async () => {
    const engine = reference();
    const model = transformer({ ...config, dropout: 0.2 }, { backend: engine, seed: 1 });
    const parameters = engine.memory().tensors;
    for (let step = 0; step < 3; step++) {
      const { value, gradients } = valueAndGrad(
        model.parameters,
        (p) => model.loss(p, batch, { generator: new Generator(1, step) }).loss,
      );
      disposeTensors([value, gradients]);
    }
    tensor([0], { backend: engine }).dispose();
    expect(engine.memory().tensors).toBe(parameters);
  });
});
