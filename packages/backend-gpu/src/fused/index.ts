import type { Fused, FusedBackward } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { activation, activationBackward } from "./activation.ts";
import { attention, attentionBackward } from "./attention.ts";
import { loss, lossBackward } from "./loss.ts";
import { normalization, normalizationBackward } from "./normalization.ts";
import { optimizer } from "./optimizer.ts";
import { recurrence } from "./recurrence.ts";
import { recurrenceBackward } from "./recurrence-backward.ts";
import { softmax, softmaxBackward } from "./softmax.ts";

/** The fused ops that gain by it: `linear` and `squaredNorm` are few kernels as they are, and dropout draws on the CPU. */
export const fused = (engine: Engine) =>
  ({
    ...softmax(engine),
    ...activation(engine),
    ...normalization(engine),
    ...loss(engine),
    ...attention(engine),
    ...recurrence(engine),
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
    ...recurrenceBackward(engine),
  }) satisfies Partial<FusedBackward<GpuTensor>>;
