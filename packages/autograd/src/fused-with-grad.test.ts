import { type Backend, composed, type Handle } from "@lm/backend";
import { reference } from "@lm/backend-reference";
import { tensor } from "@lm/tensor";
import { describe, expect, it, vi } from "vitest";
import { valueAndGrad } from "./value-and-grad.ts";

/** The reference with a softmax kernel, and perhaps a derivative for it. */
function withSoftmax(backward: boolean) {
  const plain = reference() as Backend<Handle>;
  const kernel = vi.fn(composed(plain).softmax);
  const derivative = vi.fn(({ y: g }: { y?: Handle }, _: unknown, { y }: { y: Handle }) => {
    const gy = plain.binary("multiply", g!, y);
    const total = plain.reduce("sum", gy, gy.shape.length - 1);
    return { x: plain.binary("subtract", gy, plain.binary("multiply", y, total)) };
  });
  const backend: Backend = {
    ...plain,
    fused: { softmax: kernel },
    ...(backward && { fusedBackward: { softmax: derivative } }),
  };
  return { backend, kernel, derivative };
}
const weights = [3, -1, 2];
const gradientOf = async (backend: Backend) => {
  const x = tensor([0.1, 0.2, 0.3], { backend });
  const w = tensor(weights, { backend });
  const { gradients } = valueAndGrad(x, (x) => x.softmax().multiply(w).sum());
  return [...(await gradients.read())];
};

describe("a fused kernel under gradients", () => {
  it("runs with its own derivative", async () => {
    const { backend, kernel, derivative } = withSoftmax(true);
    const expected = await gradientOf(reference());
    expect(await gradientOf(backend)).toEqual(expected.map((g) => expect.closeTo(g, 12)));
    expect(kernel).toHaveBeenCalledOnce();
    expect(derivative).toHaveBeenCalledOnce();
  });

  it("without a derivative never sees a tracked tensor: the composed form runs, and no gradient is lost", async () => {
    const { backend, kernel } = withSoftmax(false);
    expect(await gradientOf(backend)).toEqual(await gradientOf(reference()));
    expect(kernel).not.toHaveBeenCalled();
  });

  it("without a derivative still runs on constants", () => {
    const { backend, kernel } = withSoftmax(false);
    const constant = tensor([1, 2], { backend });
    valueAndGrad(tensor([1], { backend }), (x) =>
      x.add(constant.on(x.backend).softmax().sum()).sum(),
    );
    expect(kernel).toHaveBeenCalledOnce();
  });

  it("is differentiated twice by its composed form", async () => {
    const { backend } = withSoftmax(true);
    const second = async (backend: Backend) => {
      const x = tensor([0.1, 0.2, 0.3], { backend });
      const w = tensor(weights, { backend });
      const { gradients } = valueAndGrad(x, (x) =>
        valueAndGrad(x, (x) => x.softmax().multiply(w).sum())
          .gradients.square()
          .sum(),
      );
      return [...(await gradients.read())];
    };
    const expected = await second(reference());
    expect(await second(backend)).toEqual(expected.map((g) => expect.closeTo(g, 12)));
  });
});
