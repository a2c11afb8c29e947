import { fused, type Tensor } from "@lm/tensor";
import { runTraining } from "./training.ts";

/**
 * nanoGPT's configuration for a CPU: 4 layers, 4 heads, width 128, context 64, batch 12, vocabulary 65, AdamW.
 * `node --conditions=@lm/source bench/gpt.ts [threads] [relaxed|strict] [--kernels]`
 */
const [layers, heads, C, T, B, V] = [4, 4, 128, 64, 12, 65];

await runTraining("GPT", ({ parameter, ones, zeros, ids }) => {
  const norm = () => ({ gain: ones(C), bias: zeros(C) });
  const linear = (inputs: number, outputs: number) => ({
    weight: parameter(outputs, inputs),
    bias: zeros(outputs),
  });
  const normalize = (inputs: ReturnType<typeof norm>, x: Tensor) =>
    fused("layerNorm", { x, ...inputs }, { epsilon: 1e-5 }).y;
  const apply = ({ weight, bias }: ReturnType<typeof linear>, x: Tensor) =>
    x.matmul(weight, { transposeB: true }).add(bias);

  const parameters = {
    tokens: parameter(V, C),
    positions: parameter(T, C),
    blocks: Array.from({ length: layers }, () => ({
      norm1: norm(),
      qkv: linear(C, 3 * C),
      projection: linear(C, C),
      norm2: norm(),
      up: linear(C, 4 * C),
      down: linear(4 * C, C),
    })),
    norm: norm(),
  };
  const inputs = ids(B, T)(V);
  const targets = ids(B * T)(V);

  const loss = (p: typeof parameters): Tensor => {
    let x = p.tokens.gather(inputs).add(p.positions); // [B, T, C]
    for (const block of p.blocks) {
      const qkv = apply(block.qkv, normalize(block.norm1, x)); // [B, T, 3C]
      const part = (i: number) => qkv.slice(2, i * C, (i + 1) * C);
      const { output } = fused(
        "attention",
        { query: part(0), key: part(1), value: part(2) },
        { heads, causal: true },
      );
      x = x.add(apply(block.projection, output));
      const wide = fused("gelu", { x: apply(block.up, normalize(block.norm2, x)) }, {}).y;
      x = x.add(apply(block.down, wide));
    }
    const logits = normalize(p.norm, x).matmul(p.tokens, { transposeB: true });
    return fused("crossEntropy", { logits: logits.reshape([B * T, V]), targets }, {}).loss.mean();
  };
  return { parameters, loss, update: "adam", clip: 1 };
});
