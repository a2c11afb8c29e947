import type { Fused, FusedBackward } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { crossEntropyGradient, crossEntropyRows } from "../kernels/loss.ts";
import { fill } from "../ops/movement.ts";
import { Rows } from "./rows.ts";

export const loss = (engine: Engine): Pick<Fused<GpuTensor>, "crossEntropy"> => ({
  crossEntropy({ logits, targets }) {
    if (logits.size === 0) return { loss: fill(engine, targets.shape, 0) };
    const rows = new Rows(engine, logits);
    const args = {
      ...rows.softmaxTerms(logits),
      targets: rows.readPerRow(targets),
      classes: rows.count,
    };
    return { loss: engine.launch(crossEntropyRows, targets.shape, [rows.rows, 1, 1], args) };
  },
});

export const lossBackward = (engine: Engine): Pick<FusedBackward<GpuTensor>, "crossEntropy"> => ({
  crossEntropy({ loss: gradient }, { logits, targets }) {
    if (!gradient) return {};
    if (logits.size === 0) return { logits: fill(engine, logits.shape, 0) };
    const rows = new Rows(engine, logits);
    const args = {
      ...rows.softmaxTerms(logits),
      targets: rows.readPerRow(targets),
      gradient: rows.readPerRow(gradient),
    };
    return { logits: engine.launch(crossEntropyGradient, logits.shape, rows.threads, args) };
  },
});
