import { fused, type Tensor, zeros as zerosOf } from "@lm/tensor";
import { runTraining } from "./training.ts";

/**
 * The small LSTM of Zaremba et al. 2014: 2 layers of 200 units, 20 steps, batch 20, 10,000 words, SGD.
 * `node --conditions=@lm/source bench/lstm.ts [threads] [relaxed|strict] [--kernels]`
 */
const [layers, H, T, B, V] = [2, 200, 20, 20, 10000];

await runTraining("LSTM", ({ backend, parameter, zeros, ids }) => {
  const parameters = {
    words: parameter(V, H),
    layers: Array.from({ length: layers }, () => ({
      inputWeight: parameter(4 * H, H),
      weight: parameter(4 * H, H),
      bias: zeros(4 * H),
    })),
    output: { weight: parameter(V, H), bias: zeros(V) },
  };
  const inputs = ids(B, T)(V);
  const targets = ids(B * T)(V);
  const state = zerosOf([B, H], { backend });

  const loss = (p: typeof parameters): Tensor => {
    let x = p.words.gather(inputs); // [B, T, H]
    for (const { inputWeight, weight, bias } of p.layers) {
      const projected = x.matmul(inputWeight, { transposeB: true }); // [B, T, 4H]
      x = fused(
        "lstmSequence",
        { x: projected, hidden: state, cell: state, weight, bias },
        { reverse: false },
      ).output;
    }
    const logits = x
      .reshape([B * T, H])
      .matmul(p.output.weight, { transposeB: true })
      .add(p.output.bias);
    return fused("crossEntropy", { logits, targets }, {}).loss.mean();
  };
  return { parameters, loss, update: "sgd", clip: 5 };
});
