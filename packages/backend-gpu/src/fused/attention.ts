import type { Fused, FusedBackward, FusedInputs, FusedOptions } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { attentionWeights, largestScore, sumOfScores } from "../kernels/attention.ts";
import { BINARY_FUNCTIONS } from "../kernels/functions.ts";
import { multiply } from "../ops/matmul.ts";
import { fill, permute, reshape } from "../ops/movement.ts";
import { applyPointwise, contiguous } from "../ops/pointwise.ts";
import { gradientOfSoftmax } from "./softmax.ts";

// B batch, T queries, S keys, C width, H heads, D = C / H.

export const attention = (engine: Engine): Pick<Fused<GpuTensor>, "attention"> => ({
  attention(inputs, options) {
    const { query, key } = inputs;
    if (query.size === 0 || key.size === 0)
      return { output: fill(engine, query.shape, Number.NaN) };
    const heads = new Heads(engine, inputs, options);
    const output = multiply(engine, "NN", heads.weights(), heads.value);
    return { output: heads.join(output) };
  },
});

export const attentionBackward = (engine: Engine): Pick<FusedBackward<GpuTensor>, "attention"> => ({
  attention({ output: gradient }, inputs, _, options) {
    if (!gradient) return {};
    const heads = new Heads(engine, inputs, options);
    const g = heads.split(gradient);
    const weights = heads.weights();
    const dValue = multiply(engine, "TN", weights, g);
    const dWeights = multiply(engine, "NT", g, heads.value);
    const dScores = gradientOfSoftmax(engine, dWeights, weights);
    const dQuery = multiply(engine, "NN", dScores, heads.key);
    const dKey = multiply(engine, "TN", dScores, heads.query);
    return {
      query: heads.join(heads.scaled(dQuery)),
      key: heads.join(dKey),
      value: heads.join(dValue),
    };
  },
});

/** Queries, keys and values head by head, `[B, H, length, D]`; the queries are divided by √D. */
class Heads {
  readonly query: GpuTensor;
  readonly key: GpuTensor;
  readonly value: GpuTensor;
  readonly #engine: Engine;
  readonly #heads: number;
  readonly #causal: boolean;

  constructor(
    engine: Engine,
    { query, key, value }: FusedInputs<"attention", GpuTensor>,
    { heads, causal }: FusedOptions<"attention">,
  ) {
    this.#engine = engine;
    this.#heads = heads;
    this.#causal = causal;
    this.query = this.scaled(this.#viewOf(query));
    this.key = this.split(key);
    this.value = this.split(value);
  }

  /** `[B, length, C]` → `[B, H, length, D]` */
  split(x: GpuTensor): GpuTensor {
    return contiguous(this.#engine, this.#viewOf(x));
  }

  /** `[B, H, length, D]` → `[B, length, C]` */
  join(x: GpuTensor): GpuTensor {
    const [batch, heads, length, width] = x.shape as [number, number, number, number];
    const rows = permute(this.#engine, x, [0, 2, 1, 3]);
    return reshape(this.#engine, rows, [batch, length, heads * width]);
  }

  /** x / √D */
  scaled(x: GpuTensor): GpuTensor {
    const factor = 1 / Math.sqrt(x.shape.at(-1)!);
    return applyPointwise(this.#engine, BINARY_FUNCTIONS.multiply, [x, factor]);
  }

  /** softmax(query · keyᵀ) over the keys that each query sees, `[B, H, T, S]`. */
  weights(): GpuTensor {
    const engine = this.#engine;
    const all = multiply(engine, "NT", this.query, this.key);
    const [batch, heads, queries, keys] = all.shape as [number, number, number, number];
    const rows = batch * heads;
    const args = {
      scores: engine.read(all, [keys, queries, rows]),
      past: this.#causal ? keys - queries : keys,
      count: keys,
    };
    const perQuery = (x: GpuTensor) => engine.read(x, [queries, rows, 1]);
    const shape = [rows, queries];
    const max = perQuery(engine.launch(largestScore, shape, [queries, rows, 1], args));
    const sum = engine.launch(sumOfScores, shape, [queries, rows, 1], { ...args, max });
    return engine.launch(attentionWeights, all.shape, [keys, queries, rows], {
      ...args,
      max,
      sum: perQuery(sum),
    });
  }

  #viewOf(x: GpuTensor): GpuTensor {
    const [batch, length, width] = x.shape as [number, number, number];
    const shape = [batch, length, this.#heads, width / this.#heads];
    return permute(this.#engine, reshape(this.#engine, x, shape), [0, 2, 1, 3]);
  }
}
