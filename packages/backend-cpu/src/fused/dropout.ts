import type { Fused, FusedBackward, FusedOptions } from "@lm/backend";
import type { CpuTensor } from "../cpu-tensor.ts";
import type { Engine } from "../engine.ts";

const WORD = 2 ** 32;

export const dropout = (engine: Engine): Pick<Fused<CpuTensor>, "dropout"> => ({
  dropout: ({ x }, options) => ({ y: drop(engine, x, options) }),
});

/** The same elements of the gradient are dropped. */
export const dropoutBackward = (engine: Engine): Pick<FusedBackward<CpuTensor>, "dropout"> => ({
  dropout: ({ y: gradient }, _, __, options) =>
    gradient ? { x: drop(engine, gradient, options) } : {},
});

function drop(
  engine: Engine,
  x: CpuTensor,
  { rate, seed, stream }: FusedOptions<"dropout">,
): CpuTensor {
  const from = engine.contiguous(x);
  const y = engine.create(x.shape);
  // Words are at least the threshold, or, where no word is, none is kept.
  const threshold = Math.ceil(rate * WORD);
  engine.kernels.dropout(
    from,
    engine.addressOf(y),
    x.size,
    threshold,
    threshold < WORD ? 1 / (1 - rate) : 0,
    seed % WORD,
    Math.floor(seed / WORD),
    stream % WORD,
    Math.floor(stream / WORD),
  );
  engine.finish();
  return y;
}
