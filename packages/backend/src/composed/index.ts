import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";
import { activation } from "./activation.ts";
import { attention } from "./attention.ts";
import { dropout } from "./dropout.ts";
import { linear } from "./linear.ts";
import { loss } from "./loss.ts";
import { norm } from "./norm.ts";
import { normalization } from "./normalization.ts";
import { optimizer } from "./optimizer.ts";
import { recurrence } from "./recurrence.ts";

/** The definition of every fused op in primitives of `b`. */
export const composed = <T extends Handle>(b: Backend<T>): Fused<T> => ({
  ...linear(b),
  ...activation(b),
  ...normalization(b),
  ...loss(b),
  ...attention(b),
  ...recurrence(b),
  ...dropout(b),
  ...norm(b),
  ...optimizer(b),
});
