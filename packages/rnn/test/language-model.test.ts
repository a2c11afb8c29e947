import { gradcheck, valueAndGrad } from "@lm/autograd";
import { reference } from "@lm/backend-reference";
import { testLanguageModel } from "@lm/model/vitest";
import { countParameters } from "@lm/nn";
import { Generator } from "@lm/random";
import { disposeTensors, flattenTensors } from "@lm/tensor";
import { type Batch, Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import { CELLS, elman, gru, lstm } from "../src/index.ts";

const vocabulary = new Vocabulary(["a", "b", "c", "d", "e"]);
const models = { rnn: elman, lstm, gru };
const config = { vocabulary, embedding: 4, hidden: 3, layers: 2 };

const batchOf = (inputs: readonly number[], targets: readonly number[], length: number): Batch => ({
  inputs: Int32Array.from(inputs),
  targets: Int32Array.from(targets),
  rows: inputs.length / length,
  length,
  continues: false,
});
const batch = batchOf([0, 1, 2, 3, 4, 0], [1, 2, 3, 4, 0, -1], 3);

describe.each(CELLS)("a language model of %s layers", (cell) => {
  const backend = reference();
  testLanguageModel({
    model: models[cell](config, { backend, seed: 1 }),
    tolerance: 1e-6,
    memory: () => backend.memory().tensors,
  });

  it("has the right gradients", async () => {
    const model = models[cell](config, { backend: reference(), seed: 2 });
    const name = "weight_hh_l0";
    await gradcheck(
      (weight) =>
        model.loss(
          { ...model.parameters, rnn: { ...model.parameters.rnn, [name]: weight } },
          batch,
          {},
        ).loss,
      [model.parameters.rnn[name]!],
    );
  });

  it("scores a text of any length, piece by piece", async () => {
    const model = models[cell](
      { vocabulary, embedding: 2, hidden: 2 },
      { backend: reference(), seed: 1 },
    );
    const text = Int32Array.from({ length: 5000 }, (_, i) => (i * i + 3 * (i >> 4)) % 5);
    const [scores] = await model.score([text]);
    let state = model.start();
    for (const end of [4000, 4097, 4999]) {
      const next = await model.advance(model.start(), text.subarray(end - 40, end));
      // Forty tokens back is as far as this small model remembers.
      expect(scores![end - 1]).toBeCloseTo(next.logProbs[text[end]!]!, 5);
      state = next.state;
    }
    model.release(state);
  });

  it("carries its state: two halves with it are one whole", async () => {
    const model = models[cell](config, { backend: reference(), seed: 3 });
    const ids = [0, 3, 1, 4, 2, 2, 1];
    const part = (from: number, to: number) =>
      batchOf(ids.slice(from, to), ids.slice(from + 1, to + 1), to - from);
    const whole = model.loss(model.parameters, part(0, 6), {});
    const first = model.loss(model.parameters, part(0, 2), {});
    const second = model.loss(model.parameters, part(2, 6), { state: first.state });
    const mean = ((await first.loss.item()) * 2 + (await second.loss.item()) * 4) / 6;
    expect(mean).toBeCloseTo(await whole.loss.item(), 12);
    for (const [name, x] of Object.entries(whole.state))
      expect([...(await second.state[name]!.read())]).toEqual(
        [...(await x.read())].map((v) => expect.closeTo(v, 12)),
      );
  });

  it("takes no gradient through the carried state, and leaves nothing behind", async () => {
    const engine = reference();
    const model = models[cell]({ ...config, dropout: 0.3 }, { backend: engine, seed: 1 });
    const parameters = engine.memory().tensors;
    let state: Readonly<Record<string, never>> | undefined;
    for (let step = 0; step < 3; step++) {
      const { value, gradients, aux } = valueAndGrad(model.parameters, (p) => {
        const context = { state, generator: new Generator(1, step) };
        const { loss, state: aux } = model.loss(p, batch, context);
        return { loss, aux };
      });
      disposeTensors([value, gradients, state]);
      state = aux as never;
    }
    expect(engine.memory().tensors).toBe(parameters + Object.keys(state!).length);
  });

  it("ties its weights", async () => {
    const tied = models[cell](
      { ...config, embedding: 3, tied: true },
      { backend: reference(), seed: 1 },
    );
    expect(Object.keys(flattenTensors(tied.parameters))).not.toContain("decoder.weight");
    const free = models[cell]({ ...config, embedding: 3 }, { backend: reference(), seed: 1 });
    expect(countParameters(free.parameters) - countParameters(tied.parameters)).toBe(5 * 3);
    expect(() =>
      models[cell]({ ...config, tied: true }, { backend: reference(), seed: 1 }),
    ).toThrow("an embedding as wide as the hidden layer, but they are 4 and 3");
  });
});

it("the GRU's two reset conventions are two models", async () => {
  const loss = async (reset: "after" | "before") => {
    const model = gru({ ...config, reset }, { backend: reference(), seed: 1 });
    return model.loss(model.parameters, batch, {}).loss.item();
  };
  expect(await loss("after")).not.toBe(await loss("before"));
});
