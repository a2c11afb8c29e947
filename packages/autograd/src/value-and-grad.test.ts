import { type Backend, ShapeError } from "@lm/backend";
import { reference } from "@lm/backend-reference";
import { ones, scope, type Tensor, tensor, zeros } from "@lm/tensor";
import { describe, expect, expectTypeOf, it } from "vitest";
import { valueAndGrad } from "./value-and-grad.ts";

const values = async (x: Tensor) => [...(await x.read())];
const count = (backend: Backend) => backend.memory().tensors;

describe("valueAndGrad", () => {
  it("differentiates least squares; tensors from outside are constants", async () => {
    const backend = reference();
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { backend },
    );
    const y = tensor([[1], [2]], { backend });
    const w = tensor([[0.5], [-1]], { backend });
    const { value, gradients } = valueAndGrad({ w }, ({ w }) =>
      x.matmul(w).subtract(y).square().mean(),
    );
    expectTypeOf(gradients).toEqualTypeOf<{ w: Tensor }>();
    expect(await value.item()).toBe(13.25);
    expect(await values(gradients.w)).toEqual([-16, -23]);
    expect(gradients.w.backend).toBe(backend);
    expect(count(backend)).toBe(5);
  });

  it("multiplies batches from outside by a parameter", async () => {
    const backend = reference();
    const x = tensor([[[1, 2]], [[3, 4]]], { backend }); // [2, 1, 2]
    const w = tensor([[1], [1]], { backend });
    const { value, gradients } = valueAndGrad(w, (w) => x.matmul(w).square().sum());
    expect(await value.item()).toBe(58);
    expect(await values(gradients)).toEqual([48, 68]);
  });

  it("takes a tree, returns a tree, and zeros where the loss does not depend on a parameter", async () => {
    const backend = reference();
    const parameters = {
      used: ones([2], { backend }),
      layers: [{ unused: ones([3], { backend }) }],
    };
    const { gradients } = valueAndGrad(parameters, ({ used }) => used.multiply(used).sum());
    expect(await values(gradients.used)).toEqual([2, 2]);
    expect(await values(gradients.layers[0]!.unused)).toEqual([0, 0, 0]);
  });

  it("gives zeros for a constant loss, and for one behind detach", async () => {
    const backend = reference();
    const x = tensor([3], { backend });
    expect(await values(valueAndGrad(x, () => ones([], { backend })).gradients)).toEqual([0]);
    const { value, gradients } = valueAndGrad(x, (x) => x.detach().multiply(x).sum());
    expect(await value.item()).toBe(9);
    expect(await values(gradients)).toEqual([3]);
  });

  it("keeps what is returned beside the loss, and frees the rest", async () => {
    const backend = reference();
    const h = ones([2], { backend });
    const { aux, value, gradients } = valueAndGrad({ h }, ({ h }) => {
      const next = h.multiply(2);
      next.exp().sum();
      return { loss: next.sum(), aux: { state: [next], steps: 1 } };
    });
    expectTypeOf(aux).toEqualTypeOf<{ state: Tensor[]; steps: number }>();
    expect(aux.steps).toBe(1);
    expect(await values(aux.state[0]!)).toEqual([2, 2]);
    for (const x of [aux.state[0]!, value, gradients.h]) x.dispose();
    expect(count(backend)).toBe(1);
  });

  it("sums the gradients of every use, broadcast ones too", async () => {
    const backend = reference();
    const b = tensor([1, 2], { backend });
    const { gradients } = valueAndGrad(b, (b) =>
      zeros([3, 2], { backend }).add(b).add(b.multiply(b)).sum(),
    );
    expect(await values(gradients)).toEqual([9, 15]);
  });

  it("gives second derivatives by nesting", async () => {
    const backend = reference();
    const x = tensor([0.3, -1.2], { backend });
    const { gradients } = valueAndGrad(x, (x) => {
      const first = valueAndGrad(x, (x) => x.tanh().multiply(x).sum());
      return first.gradients.square().sum();
    });
    const slope = (v: number) => Math.tanh(v) + v * (1 - Math.tanh(v) ** 2);
    const curvature = (v: number) => 2 * (1 - Math.tanh(v) ** 2) * (1 - v * Math.tanh(v));
    expect(await values(gradients)).toEqual(
      [0.3, -1.2].map((v) => expect.closeTo(2 * slope(v) * curvature(v), 12)),
    );
    expect(count(backend)).toBe(3);
  });

  it("walks a tape of 50,000 ops without overflow", async () => {
    const backend = reference();
    const x = tensor(1, { backend });
    const { gradients } = valueAndGrad(x, (x) => {
      let y = x;
      for (let i = 0; i < 50_000; i++) y = y.add(i % 2 === 0 ? 1 : -1);
      return y;
    });
    expect(await gradients.item()).toBe(1);
    expect(count(backend)).toBe(3);
  });

  it("works inside a scope, which then owns the results", () => {
    const backend = reference();
    scope(backend, (inside) => {
      const w = ones([2], { backend: inside });
      const { gradients } = valueAndGrad({ w }, ({ w }) => w.square().sum());
      expect(gradients.w.backend).toBe(inside);
    });
    expect(count(backend)).toBe(0);
  });

  it("frees everything when the function throws", () => {
    const backend = reference();
    const x = ones([2], { backend });
    expect(() =>
      valueAndGrad(x, (x) => {
        x.exp();
        throw new Error("on purpose");
      }),
    ).toThrow("on purpose");
    expect(count(backend)).toBe(1);
  });

  it("refuses a loss of several elements, and parameters without a tensor", () => {
    const x = ones([2], { backend: reference() });
    expect(() => valueAndGrad(x, (x) => x.exp())).toThrow(ShapeError);
    expect(() => valueAndGrad(x, (x) => x.exp())).toThrow("[2]: the loss must have one element");
    expect(() => valueAndGrad({}, () => x.sum())).toThrow("hold no tensor");
    const asynchronous = async (x: Tensor) => x.sum();
    expect(() => valueAndGrad(x, asynchronous as never)).toThrow("it must be synchronous");
  });

  it("leaks nothing over 10,000 steps", async () => {
    const backend = reference();
    let w = tensor([0.5], { backend });
    for (let step = 0; step < 10_000; step++) {
      const { value, gradients } = valueAndGrad(w, (w) => w.subtract(2).square().sum());
      const next = scope(backend, (inside) => w.subtract(gradients.on(inside).multiply(0.1)));
      for (const x of [w, value, gradients]) x.dispose();
      w = next;
      expect(count(backend)).toBe(1);
    }
    expect(await w.item()).toBeCloseTo(2, 12);
  });
});
