import type { Fused, FusedBackward } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { activation, activationBackward } from "./activation.ts";
import { attention, attentionBackward } from "./attention.ts";
import { loss, lossBackward } from "./loss.ts";
import { normalization, normalizationBackward } from "./normalization.ts";
import { optimizer } from "./optimizer.ts";
import { softmax, softmaxBackward } from "./softmax.ts";

/** The fused ops that gain by kernels of their own. Dropout draws its numbers on the CPU, as it is composed. */
export const fused = (engine: Engine) =>
  ({
    ...softmax(engine),
    ...activation(engine),
    ...normalization(engine),
    ...loss(engine),
    ...attention(engine),
    ...optimizer(engine),
  }) satisfies Partial<Fused<GpuTensor>>;

/** Their derivatives. */
export const fusedBackward = (engine: Engine) =>
  ({
    ...softmaxBackward(engine),
    ...activationBackward(engine),
    ...normalizationBackward(engine),
    ...lossBackward(engine),
    ...attentionBackward(engine),
  }) satisfies Partial<FusedBackward<GpuTensor>>;
