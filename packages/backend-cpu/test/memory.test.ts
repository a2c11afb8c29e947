import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { valueAndGrad } from "@lm/autograd";
import { FreedTensorError, OutOfMemoryError } from "@lm/backend";
import { disposeTensors, type Tensor, tensor } from "@lm/tensor";
import { describe, expect, it } from "vitest";
import { type CpuBackend, openEngine } from "../src/cpu.ts";
import type { CpuTensor } from "../src/cpu-tensor.ts";
import { cpu } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("memory", () => {
  it("is counted once however many views show it", async () => {
    const b = await cpu({ threads: 1 });
    const x = b.fromArray(new Float32Array(1000), [10, 100]);
    const { bytes } = b.memory();
    expect(bytes).toBeGreaterThanOrEqual(4000);
    const views = [
      b.reshape(x, [1000]),
      b.permute(x, [1, 0]),
      b.slice(x, 1, 3, 50),
      b.expand(b.slice(x, 0, 2, 3), [7, 100]),
    ];
    expect(b.memory()).toEqual({ tensors: 6, bytes });
    b.dispose(x);
    expect(b.memory()).toEqual({ tensors: 5, bytes });
    for (const view of views) b.dispose(view);
    expect(b.memory().tensors).toBe(1);
  });

  it("views cost nothing: reshape, permute, slice and expand keep the block", async () => {
    const b = await cpu({ threads: 1 });
    const x = b.fromArray(
      Float32Array.from({ length: 24 }, (_, i) => i),
      [2, 3, 4],
    );
    const { bytes } = b.memory();
    const part = b.slice(x, 2, 1, 3); // [2, 3, 2]
    const merged = b.reshape(part, [6, 2]);
    const split = b.reshape(part, [2, 3, 1, 2, 1]);
    expect(b.memory().bytes).toBe(bytes);
    expect([...(await b.read(merged))]).toEqual([1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22]);
    expect(await b.read(split)).toEqual(await b.read(merged));
    // These elements are not evenly spaced: only a copy can show them in a row.
    const flat = b.reshape(part, [12]);
    expect(b.memory().bytes).toBeGreaterThan(bytes);
    expect(await b.read(flat)).toEqual(await b.read(merged));
  });

  it("is refused once it has been freed, wherever it is used", async () => {
    const b = await cpu({ threads: 1 });
    const x = b.fromArray([1, 2], [2]);
    const y = b.fromArray([1, 2], [2]);
    b.dispose(x);
    for (const use of [
      () => b.dispose(x),
      () => b.reshape(x, [1, 2]),
      () => b.binary("add", y, x),
      () => b.reduce("sum", x, 0),
      () => b.concat([y, x], 0),
      () => b.fused!.softmax!({ x }, {}),
    ])
      expect(use).toThrow(FreedTensorError);
    await expect(async () => b.read(x)).rejects.toThrow("a tensor [2] was used after");
  });

  it("has a limit, which is refused without losing anything", async () => {
    const b = await cpu({ threads: 1, memoryLimit: 2 ** 20 });
    const x = b.fromArray(new Float32Array(100_000), [100_000]);
    const scale = b.fromArray([1], []);
    const before = b.memory();
    const options = { learningRate: 1, momentum: 0.5, nesterov: false, weightDecay: 0 };
    // The first of the two outputs fits, the second does not.
    const sgd = () =>
      b.fused!.sgdMomentum!({ parameter: x, gradient: x, scale, velocity: x }, options);
    expect(sgd).toThrow(OutOfMemoryError);
    expect(sgd).toThrow("does not fit into the limit of 1.0 MiB");
    expect(b.memory()).toEqual(before);
  });

  it("is given back whole by an op that fails, wherever it runs out", async () => {
    const failing: Record<string, (b: CpuBackend, x: CpuTensor, w: CpuTensor) => unknown> = {
      exp: (b, x) => b.unary("exp", x),
      add: (b, x) => b.binary("add", x, b.permute(x, [2, 0, 1])),
      where: (b, x, w) => b.where(x, w, x),
      sum: (b, x) => b.reduce("sum", x, 1),
      matmul: (b, x) => b.matmul(x, x),
      reshape: (b, x) => b.reshape(x, [x.size]),
      concat: (b, x) => b.concat([x, x], 0),
      softmax: (b, x) => b.fused!.softmax!({ x }, {}),
      linear: (b, x, w) =>
        b.fused!.linear!({ x, weight: b.reshape(w, [20, 1]), bias: w }, { transposed: false }),
      layerNorm: (b, x, w) => b.fused!.layerNorm!({ x, gain: w, bias: w }, { epsilon: 1 }),
      attention: (b, x) =>
        b.fused!.attention!({ query: x, key: x, value: x }, { heads: 2, causal: true }),
      adam: (b, x, w) =>
        b.fused!.adam!(
          { parameter: x, gradient: x, scale: w, mean: x, variance: x },
          {
            learningRate: 1,
            beta1: 0.9,
            beta2: 0.9,
            epsilon: 1,
            weightDecay: 0,
            decoupled: true,
            step: 1,
          },
        ),
    };
    for (const [name, run] of Object.entries(failing))
      for (let limit = 50_000; limit < 600_000; limit += 20_000) {
        const b = await openEngine({ threads: 1, memoryLimit: limit });
        const x = b.permute(b.fromArray(new Float32Array(8000), [20, 20, 20]), [2, 1, 0]);
        const w = b.fromArray(new Float32Array(20), [20]);
        const before = b.memory();
        const free = limit - before.bytes;
        // Views that the op's own arguments need do not count.
        const views = name === "add" || name === "linear" ? 1 : 0;
        try {
          run(b, x, w);
          expect(free, name).toBeGreaterThan(10_000);
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(OutOfMemoryError);
          expect(b.memory(), `${name}, ${free} bytes free`).toEqual({
            tensors: before.tensors + views,
            bytes: before.bytes,
          });
        }
      }
  });

  it("does not grow over ten thousand steps of training", async () => {
    let linearMemory: WebAssembly.Memory | undefined;
    const backend = await openEngine({
      threads: 1,
      observe: (kernels) => {
        linearMemory = (kernels as unknown as { memory: WebAssembly.Memory }).memory;
        return kernels;
      },
    });
    const place = { backend };
    let w = tensor(new Float32Array(6).fill(0.1), { ...place, shape: [3, 2] });
    let b = tensor([0, 0], place);
    const x = tensor([0.1, 0.2, 0.3, -0.4, 0.5, -0.6], { ...place, shape: [2, 3] });
    const y = tensor([1, -1, 0.5, 2], { ...place, shape: [2, 2] });
    const step = () => {
      const { value, gradients } = valueAndGrad({ w, b }, (p) => lossOf(p, x, y));
      const update = (parameter: Tensor, gradient: Tensor) => {
        const change = gradient.multiply(0.1);
        const updated = parameter.subtract(change);
        disposeTensors([parameter, gradient, change]);
        return updated;
      };
      w = update(w, gradients.w);
      b = update(b, gradients.b);
      return value;
    };
    const losses: number[] = [];
    const run = async (steps: number) => {
      for (let i = 0; i < steps; i++) {
        const value = step();
        if (i % 500 === 0) losses.push(await value.item());
        value.dispose();
      }
      collectGarbage();
      const { byteLength } = linearMemory!.buffer;
      return { ...backend.memory(), byteLength, heap: process.memoryUsage().heapUsed };
    };
    const reports = [await run(1000)];
    for (let round = 0; round < 4; round++) reports.push(await run(2500));
    const [early, ...later] = reports as [(typeof reports)[0], ...typeof reports];
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 100);
    for (const { tensors, bytes, byteLength } of later) {
      expect(tensors).toBe(early.tensors);
      expect(bytes).toBe(early.bytes);
      expect(byteLength).toBe(early.byteLength);
    }
    // A leak of one small object a step would be 60 kB in every round; what the runtime itself keeps comes once.
    const growth = later.map(({ heap }, round) => heap - reports[round]!.heap);
    expect(Math.min(...growth)).toBeLessThan(50_000);
  }, 30_000);

  it("shows what is forgotten outside a scope", async () => {
    const b = await cpu({ threads: 1 });
    const x = b.fromArray([1, 2, 3], [3]);
    const before = b.memory();
    for (let i = 0; i < 100; i++) b.unary("exp", x);
    expect(b.memory().tensors).toBe(before.tensors + 100);
    expect(b.memory().bytes).toBe(before.bytes + 100 * 64);
  });
});

function lossOf({ w, b }: { w: Tensor; b: Tensor }, x: Tensor, y: Tensor): Tensor {
  const h = x.matmul(w).add(b).tanh();
  const wide = h.softmax().concat([h], 1).slice(1, 1, 3);
  return wide.multiply(0.1).add(h).multiply(2).subtract(y).square().mean();
}
