import { valueAndGrad } from "@lm/autograd";
import { disposeTensors, fused, mapTensors, type Tensor, tensor } from "@lm/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { type CpuBackend, openEngine } from "../src/cpu.ts";
import type { CpuTensor } from "../src/cpu-tensor.ts";

const engines = await Promise.all([1, 2, 3].map((threads) => openEngine({ threads })));
afterAll(() => {
  for (const engine of engines) engine.close();
});

/** Numbers whose sums have to be rounded. */
const values = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + seed) * 1.7);

type Kernel = (b: CpuBackend, make: (...shape: number[]) => CpuTensor) => readonly CpuTensor[];

/** Each on tensors so large that all threads get a share. */
const kernels: Record<string, Kernel> = {
  exp: (b, make) => [b.unary("exp", make(300, 301))],
  "add a row": (b, make) => [b.binary("add", make(300, 301), make(301))],
  "add a column": (b, make) => [b.binary("add", make(300, 301), make(300, 1))],
  "where of rows": (b, make) => [b.where(make(301), make(300, 301), make(300, 1))],
  "sum of all": (b, make) => [b.reduce("sum", make(300_001), 0)],
  "sum of rows": (b, make) => [b.reduce("sum", make(300, 5003), 1)],
  "sum of columns": (b, make) => [b.reduce("sum", make(700, 301), 0)],
  "max of all": (b, make) => [b.reduce("max", make(300_001), 0)],
  matmul: (b, make) => [b.matmul(make(150, 300), make(300, 170))],
  "transposed matmul": (b, make) => [
    b.matmul(make(300, 150), make(170, 300), { transposeA: true, transposeB: true }),
  ],
  "matmul of batches": (b, make) => [b.matmul(make(31, 40, 50), make(31, 50, 30))],
  "row by matrix": (b, make) => [b.matmul(make(1, 700), make(700, 1030))],
  "row by transposed matrix": (b, make) => [
    b.matmul(make(1, 700), make(1030, 700), { transposeB: true }),
  ],
  "transposed copy": (b, make) => [b.reshape(b.permute(make(300, 301), [1, 0]), [90_300])],
  "scatterAdd and gather": (b, make) => {
    const ids = b.fromArray(
      values(3000, 5).map((x) => Math.abs(Math.round(x * 40))),
      [3000],
    );
    const table = b.scatterAdd(ids, make(3000, 33), 70);
    return [table, b.gather(table, ids)];
  },
  softmax: (b, make) => [b.fused!.softmax!({ x: make(500, 130) }, {}).y],
  crossEntropy: (b, make) => {
    const logits = make(200, 301);
    const targets = b.fromArray(
      Float32Array.from({ length: 200 }, (_, i) => i),
      [200],
    );
    const { loss } = b.fused!.crossEntropy!({ logits, targets }, {});
    const inputs = { logits, targets };
    return [
      loss,
      ...Object.values(b.fusedBackward!.crossEntropy!({ loss: make(200) }, inputs, { loss }, {})),
    ];
  },
  layerNorm: (b, make) => {
    const inputs = { x: make(700, 130), gain: make(130), bias: make(130) };
    const outputs = b.fused!.layerNorm!(inputs, { epsilon: 1e-5 });
    const y = make(700, 130);
    const back = b.fusedBackward!.layerNorm!({ y }, inputs, outputs, { epsilon: 1e-5 });
    return [outputs.y, ...Object.values(back)];
  },
  dropout: (b, make) => [
    b.fused!.dropout!({ x: make(300, 301) }, { rate: 0.4, seed: 3, stream: 5 }).y,
  ],
  attention: (b, make) => {
    const inputs = { query: make(2, 70, 60), key: make(2, 90, 60), value: make(2, 90, 60) };
    const options = { heads: 3, causal: true };
    const outputs = b.fused!.attention!(inputs, options);
    const output = make(2, 70, 60);
    return [
      outputs.output,
      ...Object.values(b.fusedBackward!.attention!({ output }, inputs, outputs, options)),
    ];
  },
  lstmSequence: (b, make) => {
    const inputs = {
      x: make(5, 4, 240),
      hidden: make(5, 60),
      cell: make(5, 60),
      weight: make(240, 60),
      bias: make(240),
    };
    const outputs = b.fused!.lstmSequence!(inputs, { reverse: false });
    const gradients = { output: make(5, 4, 60), finalCell: make(5, 60) };
    return [
      ...Object.values(outputs),
      ...Object.values(
        b.fusedBackward!.lstmSequence!(gradients, inputs, outputs, { reverse: false }),
      ),
    ];
  },
  gruSequence: (b, make) => {
    const inputs = {
      x: make(5, 4, 180),
      hidden: make(5, 60),
      weight: make(180, 60),
      bias: make(180),
    };
    const options = { reverse: true, resetAfter: false };
    const outputs = b.fused!.gruSequence!(inputs, options);
    const output = make(5, 4, 60);
    return [
      ...Object.values(outputs),
      ...Object.values(b.fusedBackward!.gruSequence!({ output }, inputs, outputs, options)),
    ];
  },
  linear: (b, make) => {
    const inputs = { x: make(130, 70), weight: make(90, 70), bias: make(90) };
    const options = { transposed: true };
    const outputs = b.fused!.linear!(inputs, options);
    const gradients = b.fusedBackward!.linear!({ y: make(130, 90) }, inputs, outputs, options);
    return [outputs.y, ...Object.values(gradients)];
  },
  squaredNorm: (b, make) => [b.fused!.squaredNorm!({ x: make(50_001) }, {}).y],
  adam: (b, make) =>
    Object.values(
      b.fused!.adam!(
        {
          parameter: make(50_001),
          gradient: make(50_001),
          scale: make(),
          mean: make(50_001),
          variance: b.unary("abs", make(50_001)),
        },
        {
          learningRate: 0.01,
          beta1: 0.9,
          beta2: 0.99,
          epsilon: 1e-8,
          weightDecay: 0.1,
          decoupled: true,
          step: 2,
        },
      ),
    ),
};

const bitsOf = (x: ArrayLike<number>) => new Uint32Array(Float32Array.from(x).buffer);

describe("results do not depend on the number of threads", () => {
  it.each(Object.entries(kernels))("%s", async (_, run) => {
    const results = await Promise.all(
      engines.map((b) => {
        let seed = 0;
        const make = (...shape: number[]) =>
          b.fromArray(
            values(
              shape.reduce((x, y) => x * y, 1),
              ++seed,
            ),
            shape,
          );
        return Promise.all(run(b, make).map((x) => b.read(x)));
      }),
    );
    const [alone, ...others] = results.map((outputs) => outputs.map(bitsOf));
    expect(alone!.flatMap((bits) => [...bits.slice(0, 3)])).not.toContain(0x7fc00000);
    for (const other of others) expect(other).toEqual(alone);
  });

  it("a training run has the same losses to the last bit", async () => {
    const runs = await Promise.all(engines.map((engine) => lossesOf(engine)));
    expect(runs[0]!.every(Number.isFinite)).toBe(true);
    expect(runs[0]!.at(-1)).toBeLessThan(runs[0]![0]!);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });
});

/** Losses of a one-layer Transformer with an LSTM on top of it, both of which learn the next token. */
async function lossesOf(backend: CpuBackend): Promise<number[]> {
  const [B, T, C, V] = [6, 32, 48, 50];
  let seed = 100;
  const make = (...shape: number[]) =>
    tensor(
      values(
        shape.reduce((x, y) => x * y, 1),
        ++seed,
      ).map((x) => x * 0.2),
      { backend, shape },
    );
  const parameters = {
    tokens: make(V, C),
    qkv: make(3 * C, C),
    gain: make(C).add(1),
    bias: make(C),
    projected: make(4 * C, C),
    recurrent: make(4 * C, C),
    recurrentBias: make(4 * C),
  };
  const ids = Float32Array.from({ length: B * T + 1 }, (_, i) => (i * i) % V);
  const inputs = tensor(ids.subarray(0, B * T), { backend, shape: [B, T] });
  const targets = tensor(ids.subarray(1), { backend });
  const state = tensor(new Float32Array(B * C), { backend, shape: [B, C] });
  const loss = (p: typeof parameters): Tensor => {
    const x = p.tokens.gather(inputs);
    const { y } = fused("layerNorm", { x, gain: p.gain, bias: p.bias }, { epsilon: 1e-5 });
    const qkv = y.matmul(p.qkv, { transposeB: true });
    const [query, key, value] = [0, 1, 2].map((i) => qkv.slice(2, i * C, (i + 1) * C));
    const { output } = fused(
      "attention",
      { query: query!, key: key!, value: value! },
      { heads: 4, causal: true },
    );
    const hidden = fused("gelu", { x: x.add(output) }, {}).y;
    const { output: states } = fused(
      "lstmSequence",
      {
        x: hidden.matmul(p.projected, { transposeB: true }),
        hidden: state,
        cell: state,
        weight: p.recurrent,
        bias: p.recurrentBias,
      },
      { reverse: false },
    );
    const logits = states.reshape([B * T, C]).matmul(p.tokens, { transposeB: true });
    return fused("crossEntropy", { logits, targets }, {}).loss.mean();
  };
  const losses: number[] = [];
  let current = parameters;
  for (let step = 0; step < 12; step++) {
    const { value, gradients } = valueAndGrad(current, loss);
    losses.push(await value.item());
    const flat = new Map(Object.entries(gradients));
    const next = mapTensors(current, (p, path) => {
      const change = flat.get(path)!.multiply(0.3);
      const updated = p.subtract(change);
      change.dispose();
      return updated;
    });
    disposeTensors([current, gradients, value]);
    current = next;
  }
  return losses;
}
