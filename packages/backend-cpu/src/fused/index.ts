import type { Fused, FusedBackward } from "@lm/backend";
import type { CpuTensor } from "../cpu-tensor.ts";
import type { Engine } from "../engine.ts";
import { activation, activationBackward } from "./activation.ts";
import { attention, attentionBackward } from "./attention.ts";
import { dropout, dropoutBackward } from "./dropout.ts";
import { linear, linearBackward } from "./linear.ts";
import { loss, lossBackward } from "./loss.ts";
import { norm, normBackward } from "./norm.ts";
import { normalization, normalizationBackward } from "./normalization.ts";
import { optimizer } from "./optimizer.ts";
import { recurrence } from "./recurrence.ts";
import { recurrenceBackward } from "./recurrence-backward.ts";

/** Every fused op by a kernel … */
export const fused = (engine: Engine): Fused<CpuTensor> => ({
  ...linear(engine),
  ...activation(engine),
  ...normalization(engine),
  ...loss(engine),
  ...attention(engine),
  ...recurrence(engine),
  ...dropout(engine),
  ...norm(engine),
  ...optimizer(engine),
});

/** … and the derivative of each by one of its own. */
export const fusedBackward = (engine: Engine): FusedBackward<CpuTensor> => ({
  ...linearBackward(engine),
  ...activationBackward(engine),
  ...normalizationBackward(engine),
  ...normBackward(engine),
  ...lossBackward(engine),
  ...attentionBackward(engine),
  ...recurrenceBackward(engine),
  ...dropoutBackward(engine),
});
