import { type Backend, FreedTensorError, type Handle } from "@lm/backend";
import { reference } from "@lm/backend-reference";
import { describe, expect, it } from "vitest";
import { ones, tensor } from "./create.ts";
import { scope } from "./scope.ts";
import type { Tensor } from "./tensor.ts";

const count = (backend: Backend) => backend.memory().tensors;

describe("scope", () => {
  it("frees what it computes and keeps what it returns", async () => {
    const backend = reference();
    const x = tensor([1, 2, 3], { backend });
    const { sum, parts, label } = scope(backend, (inside) => {
      const y = x.on(inside).multiply(2).add(1);
      y.exp().log();
      return { sum: y.sum(), parts: [y, y.square()], label: "kept as it is" };
    });
    expect(count(backend)).toBe(4);
    expect(await sum.item()).toBe(15);
    expect([...(await parts[1]!.read())]).toEqual([9, 25, 49]);
    expect(label).toBe("kept as it is");
    expect(sum.backend).toBe(backend);
  });

  it("belongs to the tensors: one from outside becomes part of it when it meets one from inside", () => {
    const backend = reference();
    const x = ones([2], { backend });
    scope(backend, (inside) => {
      expect(x.add(ones([2], { backend: inside })).backend).toBe(inside);
      expect(ones([2], { backend: inside }).add(x).backend).toBe(inside);
    });
    expect(count(backend)).toBe(1);
  });

  it("says what happened to a tensor that is used after its end", () => {
    const backend = reference();
    let escaped: Tensor | undefined;
    scope(backend, (inside) => {
      escaped = ones([2], { backend: inside });
    });
    expect(() => escaped!.add(1)).toThrow(FreedTensorError);
    expect(() => escaped!.add(1)).toThrow(
      "add: the tensor was freed when its scope (scope on reference) ended; return it",
    );
  });

  it("returns a tensor from outside as a new one, so that both may be disposed of", async () => {
    const backend = reference();
    const x = tensor([1, 2], { backend });
    const same = scope(backend, (inside) => x.on(inside));
    x.dispose();
    expect([...(await same.read())]).toEqual([1, 2]);
    same.dispose();
    expect(count(backend)).toBe(0);
  });

  it("returns one tensor in two places as one tensor", () => {
    const backend = reference();
    const [a, b] = scope(backend, (inside) => {
      const x = ones([1], { backend: inside });
      return [x, x] as const;
    });
    expect(a).toBe(b);
  });

  it("nests: what the inner one returns belongs to the outer one", () => {
    const backend = reference();
    scope(backend, (outer) => {
      const x = scope(outer, (inner) => ones([2], { backend: inner }).add(1));
      expect(x.backend).toBe(outer);
      expect(count(backend)).toBe(1);
    });
    expect(count(backend)).toBe(0);
  });

  it("frees when its function throws", () => {
    const backend = reference();
    expect(() =>
      scope(backend, (inside) => {
        ones([2], { backend: inside });
        throw new Error("on purpose");
      }),
    ).toThrow("on purpose");
    expect(count(backend)).toBe(0);
  });

  it("interleaves: two asynchronous scopes each free their own", async () => {
    const backend = reference();
    const work = (value: number) =>
      scope(backend, async (inside) => {
        const x = tensor([value], { backend: inside });
        const [once] = await x.read();
        const y = x.multiply(2).add(once!);
        await Promise.resolve();
        return y.square();
      });
    const results = await Promise.all([work(1), work(2)]);
    expect(await Promise.all(results.map((x) => x.item()))).toEqual([9, 36]);
    expect(count(backend)).toBe(2);
    await expect(
      scope(backend, async (inside) => {
        ones([1], { backend: inside });
        throw new Error("later");
      }),
    ).rejects.toThrow("later");
    expect(count(backend)).toBe(2);
  });

  it("keeps tensors of scopes beside each other apart", () => {
    const backend = reference();
    scope(backend, (one) =>
      scope(backend, (two) => {
        const x = ones([1], { backend: one });
        expect(() => x.add(ones([1], { backend: two }))).toThrow("live apart");
      }),
    );
  });

  it("owns what fused kernels make", () => {
    const plain = reference();
    const backend: Backend<Handle> = {
      ...(plain as Backend),
      fused: { softmax: ({ x }) => ({ y: plain.unary("exp", x as never) }) },
    };
    scope(backend, (inside) => {
      ones([2], { backend: inside }).softmax();
      expect(count(plain)).toBe(2);
    });
    expect(count(plain)).toBe(0);
  });
});
