import { gradcheck } from "@lm/autograd";
import { reference } from "@lm/backend-reference";
import { Generator } from "@lm/random";
import { readSafetensors, type Tensor, tensor, writeSafetensors } from "@lm/tensor";
import { describe, expect, it } from "vitest";
import {
  activations,
  appendTokens,
  constant,
  countParameters,
  createLinear,
  createParameters,
  crossEntropy,
  dropout,
  embedding,
  linear,
  normal,
  type ParameterOrigin,
  selectTokens,
  teacherForcedScores,
  tokenLosses,
  uniform,
  WeightsError,
} from "./index.ts";

const backend = reference();
const values = async (x: Tensor) => [...(await x.read())];

describe("layers", () => {
  it("linear is x·Wᵀ + b", async () => {
    const layer = {
      weight: tensor(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        { backend },
      ),
      bias: tensor([10, 20, 30], { backend }),
    };
    const x = tensor(
      [
        [
          [1, 0],
          [0, 1],
        ],
      ],
      { backend },
    ); // [1, 2, 2]
    expect(linear(layer, x).shape).toEqual([1, 2, 3]);
    expect(await values(linear(layer, x))).toEqual([11, 23, 35, 12, 24, 36]);
    expect(() => linear(layer, tensor([[1, 2, 3]], { backend }))).toThrow(
      "the layer takes 2 inputs",
    );
  });

  it("embedding looks rows up and refuses ids that it does not have", async () => {
    const table = {
      weight: tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { backend },
      ),
    };
    expect(await values(embedding(table, Int32Array.of(1, 0), [2, 1]))).toEqual([3, 4, 1, 2]);
    expect(() => embedding(table, Int32Array.of(2), [1])).toThrow("id 2 is not one of 0 … 1");
    expect(() => embedding(table, Int32Array.of(-1), [1])).toThrow("id -1");
  });

  it.each(Object.entries(activations))("%s has the right derivative", async (_, activation) => {
    await gradcheck(activation, [tensor([-2.5, -0.3, 0.4, 1.7], { backend })]);
  });

  it("gelu is exact and gelu_new its tanh form", async () => {
    const x = tensor([1], { backend });
    expect(await activations.gelu(x).item()).toBeCloseTo(0.8413447460685429, 12); // 1 · Φ(1)
    expect(await activations.gelu_new(x).item()).toBeCloseTo(0.8411919906082768, 12);
  });

  it("dropout drops in training alone, anew at every call", async () => {
    const x = tensor(Array(200).fill(1), { backend });
    expect(dropout(x, 0.5, undefined)).toBe(x);
    expect(dropout(x, 0, new Generator(1))).toBe(x);
    const generator = new Generator(1);
    const [first, second] = [
      await values(dropout(x, 0.5, generator)),
      await values(dropout(x, 0.5, generator)),
    ];
    expect(first).not.toEqual(second);
    expect(new Set(first)).toEqual(new Set([0, 2]));
    const again = await values(dropout(x, 0.5, new Generator(1)));
    expect(again).toEqual(first);
  });
});

describe("losses", () => {
  const logits = tensor(
    [
      [0, 0],
      [0, Math.log(3)],
      [5, 5],
    ],
    { backend },
  );

  it("are in nats, token by token", async () => {
    const losses = await values(tokenLosses(logits, Int32Array.of(0, 1, -1)));
    expect(losses).toEqual([Math.LN2, Math.log(4 / 3), 0].map((v) => expect.closeTo(v, 12)));
  });

  it("average over the targets that count", async () => {
    const mean = await crossEntropy(logits, Int32Array.of(0, 1, -1)).item();
    expect(mean).toBeCloseTo((Math.log(2) + Math.log(4 / 3)) / 2, 12);
  });
});

describe("parameters", () => {
  const layers = (origin: ParameterOrigin) =>
    createParameters(origin, (source) => ({
      first: createLinear(source.at("first"), { inputs: 3, outputs: 2 }),
      second: createLinear(source.at("second"), { inputs: 2, outputs: 4 }),
    }));
  const file = async (
    change: (tensors: Record<string, { shape: number[]; data: number[] }>) => void = () => {},
  ) => {
    const tensors = {
      "first.weight": { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
      "first.bias": { shape: [2], data: [7, 8] },
      "second.weight": { shape: [4, 2], data: [1, 2, 3, 4, 5, 6, 7, 8] },
      "second.bias": { shape: [4], data: [0, 0, 0, 0] },
    };
    change(tensors);
    return readSafetensors(writeSafetensors(tensors));
  };

  it("are the same for the same seed, within the bounds of their initializers", async () => {
    const one = layers({ backend, seed: 5 });
    expect(await values(one.first.weight)).toEqual(
      await values(layers({ backend, seed: 5 }).first.weight),
    );
    expect(await values(one.first.weight)).not.toEqual(
      await values(layers({ backend, seed: 6 }).first.weight),
    );
    const bound = 1 / Math.sqrt(3);
    for (const v of await values(one.first.weight)) expect(Math.abs(v)).toBeLessThanOrEqual(bound);
    expect(countParameters(one)).toBe(6 + 2 + 8 + 4);
  });

  it("come from a file by their dotted names", async () => {
    const { first } = layers({ backend, weights: await file() });
    expect(await values(first.weight)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    [
      "a missing one",
      "first.bias [2] is missing",
      (t: object) => Reflect.deleteProperty(t, "first.bias"),
    ],
    [
      "another shape",
      "second.weight is [2,4] in the file, but the model needs [4,2]",
      (t: object) => Reflect.set(t, "second.weight", { shape: [2, 4], data: Array(8).fill(0) }),
    ],
    [
      "one too many",
      "holds 1 tensors that the model does not have (third)",
      (t: object) => Reflect.set(t, "third", { shape: [1], data: [0] }),
    ],
  ])("refuse a file with %s", async (_, message, change) => {
    const weights = await file(change);
    expect(() => layers({ backend, weights })).toThrow(WeightsError);
    expect(() => layers({ backend, weights })).toThrow(message);
  });

  it("initializers have the spread that they say", () => {
    const generator = new Generator(2);
    const spread = (data: Float32Array) =>
      Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length);
    expect(spread(normal(0.02)([10_000], generator))).toBeCloseTo(0.02, 3);
    expect(spread(uniform(0.3)([10_000], generator))).toBeCloseTo(0.3 / Math.sqrt(3), 2);
    expect([...constant(2)([2], generator)]).toEqual([2, 2]);
  });
});

describe("token rows", () => {
  const rows = { ids: Int32Array.of(1, 2, 3, 4), rows: 2, length: 2 };

  it("grow by new tokens and keep the last ones", () => {
    expect(appendTokens(rows, Int32Array.of(9, 8), 4)).toEqual({
      ids: Int32Array.of(1, 2, 9, 3, 4, 8),
      rows: 2,
      length: 3,
    });
    expect(appendTokens(rows, Int32Array.of(9, 8), 2).ids).toEqual(Int32Array.of(2, 9, 4, 8));
    expect(appendTokens(rows, Int32Array.of(5, 6, 7, 8, 9, 10), 2).ids).toEqual(
      Int32Array.of(6, 7, 9, 10),
    );
  });

  it("are selected in any order", () => {
    expect(selectTokens(rows, [1, 1, 0]).ids).toEqual(Int32Array.of(3, 4, 3, 4, 1, 2));
  });
});

it("teacherForcedScores gives every sequence its own scores, however they are batched", async () => {
  const engine = reference();
  const table = tensor(
    [
      [0, 1, 2],
      [3, 0, 1],
      [1, 1, 1],
    ],
    { backend: engine },
  );
  const sequences = [[0, 1, 2], [2], [1, 0], [2, 2, 1], []].map((ids) => Int32Array.from(ids));
  const logits = [
    [0, 1, 2],
    [3, 0, 1],
    [1, 1, 1],
  ];
  const logProb = (from: number, to: number) =>
    logits[from]![to]! - Math.log(logits[from]!.reduce((sum, v) => sum + Math.exp(v), 0));
  for (const tokensPerBatch of [1, 4, 100]) {
    const scores = await teacherForcedScores(
      { table },
      sequences,
      { tokensPerBatch },
      ({ table }, { ids, rows, length }) => embedding({ weight: table }, ids, [rows * length]),
    );
    expect(scores.map((row) => [...row])).toEqual(
      sequences.map((ids) =>
        [...ids.slice(1)].map((id, i) => expect.closeTo(logProb(ids[i]!, id), 6)),
      ),
    );
  }
  expect(engine.memory().tensors).toBe(1);
});
