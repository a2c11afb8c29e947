import type { Fused, FusedBackward } from "@lm/backend";
import type { CpuTensor } from "../cpu-tensor.ts";
import type { Engine } from "../engine.ts";

export const loss = (engine: Engine): Pick<Fused<CpuTensor>, "crossEntropy"> => ({
  crossEntropy({ logits, targets }) {
    const [rows, classes] = logits.shape as [number, number];
    const x = engine.contiguous(logits);
    const ids = engine.contiguous(targets);
    const y = engine.create([rows]);
    engine.kernels.crossEntropy(x, ids, engine.addressOf(y), rows, classes);
    engine.finish();
    return { loss: y };
  },
});

export const lossBackward = (engine: Engine): Pick<FusedBackward<CpuTensor>, "crossEntropy"> => ({
  crossEntropy({ loss: gradient }, { logits, targets }) {
    if (!gradient) return {};
    const [rows, classes] = logits.shape as [number, number];
    const g = engine.contiguous(gradient);
    const x = engine.contiguous(logits);
    const ids = engine.contiguous(targets);
    const dLogits = engine.create(logits.shape);
    engine.kernels.crossEntropyBackward(g, x, ids, engine.addressOf(dLogits), rows, classes);
    engine.finish();
    return { logits: dLogits };
  },
});
