import type { Generator } from "@lm/random";
import { fused, type Tensor } from "@lm/tensor";

/** Where the streams of masks begin, apart from those that data sources draw from with the same seed. */
const MASK_STREAMS = 2 ** 32;

/**
 * Dropout (Srivastava et al. 2014), scaled so that the expectation stays. Without a generator nothing is dropped: a
 * model that is used and not trained is given none.
 */
export function dropout(x: Tensor, rate: number, generator: Generator | undefined): Tensor {
  if (rate === 0 || !generator) return x;
  return fused(
    "dropout",
    { x },
    { rate, seed: generator.seed, stream: MASK_STREAMS + generator.uint32() },
  ).y;
}
