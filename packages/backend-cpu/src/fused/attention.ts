import type { Fused, FusedBackward, FusedInputs, FusedOptions } from "@lm/backend";
import type { CpuTensor } from "../cpu-tensor.ts";
import type { Engine } from "../engine.ts";

export const attention = (engine: Engine): Pick<Fused<CpuTensor>, "attention"> => ({
  attention(inputs, options) {
    const { kernels } = engine;
    setAttention(engine, inputs, options);
    const workspace = engine.workspace(kernels.attentionWorkspace());
    const output = engine.create(inputs.query.shape);
    kernels.attention(inputs.query.shape[0]!, engine.addressOf(output), workspace);
    engine.finish();
    return { output };
  },
});

export const attentionBackward = (engine: Engine): Pick<FusedBackward<CpuTensor>, "attention"> => ({
  attention({ output: gradient }, inputs, _, options) {
    if (!gradient) return {};
    const { query, key, value } = inputs;
    setAttention(engine, inputs, options);
    const g = rowsOf(engine, gradient);
    const workspace = engine.workspace(engine.kernels.attentionWorkspace());
    const [dQuery, dKey, dValue] = engine.createAll([query.shape, key.shape, value.shape]);
    engine.kernels.attentionBackward(
      query.shape[0]!,
      ...g,
      engine.addressOf(dQuery!),
      engine.addressOf(dKey!),
      engine.addressOf(dValue!),
      workspace,
    );
    engine.finish();
    return { query: dQuery!, key: dKey!, value: dValue! };
  },
});

/** Tells the kernels the sizes, and where the inputs are. */
function setAttention(
  engine: Engine,
  { query, key, value }: FusedInputs<"attention", CpuTensor>,
  { heads, causal }: FusedOptions<"attention">,
): void {
  const [, queries, width] = query.shape as [number, number, number];
  engine.kernels.setAttention(
    heads,
    queries,
    key.shape[1]!,
    width,
    causal,
    ...rowsOf(engine, query),
    ...rowsOf(engine, key),
    ...rowsOf(engine, value),
  );
}

/** Address, batch stride and row stride of `[B, T, C]` with contiguous rows: as it lies, or as a copy of it. */
function rowsOf(engine: Engine, x: CpuTensor): [number, number, number] {
  const [, length, width] = x.shape as [number, number, number];
  if (x.strides?.[2] === 1) return [engine.addressOf(x), x.strides[0]!, x.strides[1]!];
  return [engine.contiguous(x), length * width, width];
}
