import { FreedTensorError, ShapeError } from "@lm/backend";
import { reference } from "@lm/backend-reference";
import { Generator } from "@lm/random";
import { describe, expect, it } from "vitest";
import { full, ones, randomNormal, randomUniform, tensor, zeros } from "./create.ts";
import { fused } from "./fused.ts";
import type { Tensor } from "./tensor.ts";

const backend = reference();
const matrix = () =>
  tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { backend },
  ); // [2, 3]
const values = async (x: Tensor) => [...(await x.read())];

describe("making tensors", () => {
  it("infers the shape of nested arrays", async () => {
    expect(matrix().shape).toEqual([2, 3]);
    expect(tensor(5, { backend }).shape).toEqual([]);
    expect(tensor([[], []], { backend }).shape).toEqual([2, 0]);
    expect(tensor(Float32Array.of(1, 2), { backend }).shape).toEqual([2]);
    expect(await values(tensor([1, 2, 3, 4], { backend, shape: [2, 2] }))).toEqual([1, 2, 3, 4]);
  });

  it("refuses ragged rows and shapes that do not take the numbers", () => {
    expect(() => tensor([[1, 2], [3]], { backend })).toThrow("ragged");
    expect(() => tensor([[1], 2], { backend })).toThrow("ragged");
    expect(() => tensor([1, 2, 3], { backend, shape: [2, 2] })).toThrow(
      "tensor: [2,2]: needs 4 values, but got 3",
    );
    expect(() => zeros([2, -1], { backend })).toThrow("-1 is not a size");
  });

  it("fills and draws, the same for the same seed", async () => {
    expect(await values(zeros([2], { backend }))).toEqual([0, 0]);
    expect(await values(ones([2], { backend }))).toEqual([1, 1]);
    expect(await values(full([2], 3, { backend }))).toEqual([3, 3]);
    const draw = (generator: Generator) =>
      randomNormal([4], { backend, generator, mean: 1, deviation: 2 });
    expect(await values(draw(new Generator(1)))).toEqual(await values(draw(new Generator(1))));
    expect(await values(draw(new Generator(1)))).not.toEqual(await values(draw(new Generator(2))));
    const within = await values(
      randomUniform([100], { backend, generator: new Generator(1), low: 2, high: 3 }),
    );
    expect(within.every((x) => x >= 2 && x < 3)).toBe(true);
  });
});

describe("methods", () => {
  it("compute element by element, with broadcasting and numbers", async () => {
    const x = matrix();
    const row = tensor([10, 20, 30], { backend });
    expect(await values(x.add(row))).toEqual([11, 22, 33, 14, 25, 36]);
    expect(await values(x.subtract(1))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await values(x.multiply(x))).toEqual(await values(x.square()));
    expect(await values(row.divide(10))).toEqual([1, 2, 3]);
    expect(await values(x.maximum(3).minimum(5))).toEqual([3, 3, 3, 4, 5, 5]);
    expect(await values(x.negate().abs())).toEqual(await values(x));
    expect(await values(x.log().exp().sqrt().square())).toEqual(
      (await values(x)).map((v) => expect.closeTo(v, 12)),
    );
    expect(await values(x.subtract(3).relu())).toEqual([0, 0, 0, 1, 2, 3]);
    expect(await values(tensor([2, 4], { backend }).reciprocal())).toEqual([0.5, 0.25]);
    const zero = tensor([0], { backend });
    expect(await values(zero.tanh().concat([zero.sigmoid(), zero.erf()], 0))).toEqual([0, 0.5, 0]);
  });

  it("compare and choose", async () => {
    const x = matrix();
    expect(await values(x.less(3))).toEqual([1, 1, 0, 0, 0, 0]);
    expect(await values(x.lessEqual(3))).toEqual([1, 1, 1, 0, 0, 0]);
    expect(await values(x.equal(x))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await values(x.less(3).where(x, 0))).toEqual([1, 2, 0, 0, 0, 0]);
  });

  it("reduce over one axis or all", async () => {
    const x = matrix();
    expect(await x.sum().item()).toBe(21);
    expect(await x.mean().item()).toBe(3.5);
    expect(await x.max().item()).toBe(6);
    expect(await values(x.sum(0))).toEqual([5, 7, 9]);
    expect(await values(x.mean(-1))).toEqual([2, 5]);
    expect(x.max(1, { keepdim: true }).shape).toEqual([2, 1]);
    expect(x.sum(undefined, { keepdim: true }).shape).toEqual([1, 1]);
  });

  it("multiply matrices and batches of them", async () => {
    const x = matrix();
    expect(await values(x.matmul(x, { transposeB: true }))).toEqual([14, 32, 32, 77]);
    expect(await values(x.transpose().matmul(x))).toEqual(
      await values(x.matmul(x, { transposeA: true })),
    );
    const batch = x.reshape([1, 2, 3]).expand([4, 2, 3]);
    const product = batch.matmul(tensor([[1], [1], [1]], { backend }));
    expect(product.shape).toEqual([4, 2, 1]);
    expect(await values(product)).toEqual([6, 15, 6, 15, 6, 15, 6, 15]);
  });

  it("move elements", async () => {
    const x = matrix();
    expect(x.reshape([-1]).shape).toEqual([6]);
    expect(await values(x.transpose())).toEqual([1, 4, 2, 5, 3, 6]);
    expect(await values(x.permute([1, 0]))).toEqual([1, 4, 2, 5, 3, 6]);
    expect(await values(x.slice(-1, 1, 3))).toEqual([2, 3, 5, 6]);
    expect(await values(x.slice(0, 1, 2).pad(0, 1, 0))).toEqual([0, 0, 0, 4, 5, 6]);
    expect(await values(x.concat([x.slice(1, 0, 1)], 1))).toEqual([1, 2, 3, 1, 4, 5, 6, 4]);
  });

  it("look up and add up rows", async () => {
    const ids = tensor([1, 1, 0], { backend });
    expect(await values(matrix().gather(ids))).toEqual([4, 5, 6, 4, 5, 6, 1, 2, 3]);
    expect(await values(ones([3, 2], { backend }).scatterAdd(ids, 2))).toEqual([1, 1, 2, 2]);
  });

  it("normalise over the last axis", async () => {
    const x = tensor(
      [
        [0, 0],
        [1000, 0],
      ],
      { backend },
    );
    expect(await values(x.softmax())).toEqual([0.5, 0.5, 1, 0]);
    expect(await values(x.logSoftmax())).toEqual([-Math.LN2, -Math.LN2, 0, -1000]);
  });
});

describe("errors name the operation, what came and the remedy", () => {
  const x = matrix();
  it.each([
    [
      () => x.add(tensor([1, 2], { backend })),
      "add: [2,3] and [2]: sizes 3 and 2 of axis -1 differ",
    ],
    [
      () => x.matmul(x),
      "matmul: [2,3] and [2,3]: inner sizes 3 and 2 differ; transposeA or transposeB",
    ],
    [() => x.matmul(tensor([1], { backend })), "both need two axes or more"],
    [() => x.sum(2), "sum: [2,3]: axis 2 is not one of -2 … 1"],
    [() => tensor(1, { backend }).softmax(), "axis -1 of a scalar"],
    [() => x.reshape([4]), "reshape: [2,3] and [4]: 6 elements do not fill 4"],
    [() => x.reshape([-1, 4]), "what is left of 6 elements"],
    [() => x.permute([0, 0]), "[0,0] does not name each of its 2 axes once"],
    [() => x.expand([2, 6]), "only axes of size 1 can grow"],
    [() => x.slice(0, 1, 3), "1 … 3 is not a range within the 2 places of axis 0"],
    [() => x.concat([tensor([[1]], { backend })], 0), "all sizes but that of axis 0 must be equal"],
    [() => tensor([1], { backend }).gather(x), "the table needs two axes"],
    [() => x.scatterAdd(x, 3), "one place for each row"],
    [
      () => fused("layerNorm", { x, gain: x, bias: x }, { epsilon: 1e-5 }),
      "layerNorm: [2,3]: gain must be [3]",
    ],
    [
      () => fused("crossEntropy", { logits: x, targets: x }, {}),
      "crossEntropy: [2,3]: targets must be [2]",
    ],
  ])("%s", (run, message) => {
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(message);
  });

  it("item of many elements", async () => {
    await expect(x.item()).rejects.toThrow("needs exactly one element");
  });

  it("tensors of two engines", () => {
    expect(() => x.add(tensor([1, 2, 3], { backend: reference() }))).toThrow("live apart");
  });

  it("a tensor after dispose", () => {
    const gone = matrix();
    gone.dispose();
    expect(() => gone.add(1)).toThrow(FreedTensorError);
    expect(() => gone.add(1)).toThrow("tensor [2,3]: used after dispose()");
    expect(() => gone.dispose()).toThrow(FreedTensorError);
  });
});

describe("memory outside a scope", () => {
  it("holds results and nothing of the steps in between", () => {
    const engine = reference();
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { backend: engine },
    );
    const made = [
      x.sum(),
      x.mean(0),
      x.softmax(),
      x.reshape([1, 2, 2]).matmul(x),
      fused(
        "lstmSequence",
        {
          x: zeros([1, 3, 8], { backend: engine }),
          hidden: zeros([1, 2], { backend: engine }),
          cell: zeros([1, 2], { backend: engine }),
          weight: zeros([8, 2], { backend: engine }),
          bias: zeros([8], { backend: engine }),
        },
        { reverse: false },
      ).output,
    ];
    // x, the five results, the final cell of the LSTM, its five inputs, and the batch of one matrix.
    expect(engine.memory().tensors).toBe(1 + made.length + 1 + 5 + 1);
  });
});
