import { reference } from "@lm/backend-reference";
import { scope, type Tensor, tensor } from "@lm/tensor";
import { describe, expect, it, vi } from "vitest";
import { customOp } from "./custom-op.ts";
import { gradcheck } from "./gradcheck.ts";
import { valueAndGrad } from "./value-and-grad.ts";

const values = async (x: Tensor) => [...(await x.read())];

const sigmoid = customOp({
  forward: (x) => x.negate().exp().add(1).reciprocal(),
  vjp: (g, { output: s }) => [g.multiply(s).multiply(s.negate().add(1))],
});

describe("customOp", () => {
  it("computes by its forward where nothing is differentiated", async () => {
    const x = tensor([0, Math.log(3)], { backend: reference() });
    expect(await values(sigmoid(x))).toEqual([0.5, expect.closeTo(0.75, 12)]);
  });

  it("has the derivative that it was given, twice", async () => {
    const backend = reference();
    const x = tensor([-2, 0.5, 3], { backend });
    await gradcheck(sigmoid, [x]);
    await gradcheck((x) => valueAndGrad(x, (x) => sigmoid(x).sum()).gradients, [x]);
  });

  it("is not differentiated through its forward", async () => {
    const backend = reference();
    const straightThrough = customOp({
      forward: (x) => x.less(0).where(-1, 1),
      vjp: (g) => [g],
    });
    const x = tensor([-3, 4], { backend });
    const { value, gradients } = valueAndGrad(x, (x) => straightThrough(x).multiply(2).sum());
    expect(await value.item()).toBe(0);
    expect(await values(gradients)).toEqual([2, 2]);
  });

  it("uses the given derivative at every level of nesting, never the forward's own", async () => {
    const backend = reference();
    const vjp = vi.fn((g: Tensor, { inputs: [x] }: { inputs: readonly Tensor[] }) => [
      g.multiply(x!).multiply(3),
    ]);
    // The forward is x², but the derivative claims 3x: the second derivative must be 3.
    const odd = customOp({ forward: (x) => x.square(), vjp });
    const { gradients } = valueAndGrad(tensor([5], { backend }), (x) =>
      valueAndGrad(x, (x) => odd(x).sum()).gradients.sum(),
    );
    expect(await values(gradients)).toEqual([3]);
    expect(vjp).toHaveBeenCalled();
  });

  it("takes several inputs, constants and broadcasting", async () => {
    const backend = reference();
    const scaled = customOp({
      forward: (x, scale) => x.multiply(scale),
      vjp: (g, { inputs: [x, scale] }) => [g.multiply(scale!), g.multiply(x!)],
    });
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { backend },
    );
    const scale = tensor([10, 20], { backend });
    await gradcheck(scaled, [x, scale]);
    const { gradients } = valueAndGrad(x, (x) => scaled(x, scale).sum());
    expect(await values(gradients)).toEqual([10, 20, 10, 20]);
  });

  it("lets null stand for an input without a gradient", async () => {
    const backend = reference();
    const pick = customOp({
      forward: (table, ids) => table.gather(ids),
      vjp: (g, { inputs: [table, ids] }) => [g.scatterAdd(ids!, table!.shape[0]!), null],
    });
    const ids = tensor([1, 1], { backend });
    const { gradients } = valueAndGrad(tensor([[1], [2]], { backend }), (table) =>
      pick(table, ids).sum(),
    );
    expect(await values(gradients)).toEqual([0, 2]);
  });

  it("leaves nothing behind", async () => {
    const backend = reference();
    const x = tensor([1], { backend });
    const { value, gradients } = valueAndGrad(x, (x) => sigmoid(sigmoid(x)).sum());
    for (const made of [value, gradients]) made.dispose();
    await scope(backend, (inside) => sigmoid(x.on(inside)).read());
    expect(backend.memory().tensors).toBe(1);
  });

  it("says what is wrong with a vjp that forgets an input", () => {
    const backend = reference();
    const broken = customOp({ forward: (x, y) => x.add(y), vjp: (g) => [g] });
    const x = tensor([1], { backend });
    expect(() => valueAndGrad(x, (x) => broken(x, x).sum())).toThrow(
      "customOp: [1] and [1]: vjp gave 1 gradients for 2 inputs",
    );
    expect(() => broken()).toThrow("at least one input");
  });
});
