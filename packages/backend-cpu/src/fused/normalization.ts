import type { Fused, FusedBackward } from "@lm/backend";
import type { CpuTensor } from "../cpu-tensor.ts";
import type { Engine } from "../engine.ts";

type Normalization = "layerNorm" | "rmsNorm";

/** Layer normalisation has a bias and takes the mean off; RMS normalisation does neither. */
export const normalization = (engine: Engine): Pick<Fused<CpuTensor>, Normalization> => {
  const normalize = (x: CpuTensor, gain: CpuTensor, bias: CpuTensor | null, epsilon: number) => {
    const [rows, size] = rowsOf(x);
    const from = engine.contiguous(x);
    const gainAddress = engine.contiguous(gain);
    const biasAddress = bias ? engine.contiguous(bias) : 0;
    const y = engine.create(x.shape);
    engine.kernels.normalize(
      from,
      gainAddress,
      biasAddress,
      engine.addressOf(y),
      rows,
      size,
      epsilon,
      bias !== null,
    );
    engine.finish();
    return { y };
  };
  return {
    layerNorm: ({ x, gain, bias }, { epsilon }) => normalize(x, gain, bias, epsilon),
    rmsNorm: ({ x, gain }, { epsilon }) => normalize(x, gain, null, epsilon),
  };
};

export const normalizationBackward = (
  engine: Engine,
): Pick<FusedBackward<CpuTensor>, Normalization> => {
  const backward = (
    gradient: CpuTensor,
    { x, gain }: { readonly x: CpuTensor; readonly gain: CpuTensor },
    { epsilon, hasBias }: { readonly epsilon: number; readonly hasBias: boolean },
  ) => {
    const [rows, size] = rowsOf(x);
    const g = engine.contiguous(gradient);
    const from = engine.contiguous(x);
    const gainAddress = engine.contiguous(gain);
    const workspace = engine.workspace(engine.kernels.normalizeWorkspace(rows, size));
    const shapes = [x.shape, gain.shape, ...(hasBias ? [gain.shape] : [])];
    const [dx, dGain, dBias] = engine.createAll(shapes);
    engine.kernels.normalizeBackward(
      g,
      from,
      gainAddress,
      engine.addressOf(dx!),
      engine.addressOf(dGain!),
      dBias ? engine.addressOf(dBias) : 0,
      rows,
      size,
      epsilon,
      hasBias,
      workspace,
    );
    engine.finish();
    return { x: dx!, gain: dGain!, ...(dBias && { bias: dBias }) };
  };
  return {
    layerNorm: ({ y }, inputs, _, { epsilon }) =>
      y ? backward(y, inputs, { epsilon, hasBias: true }) : {},
    rmsNorm: ({ y }, inputs, _, { epsilon }) =>
      y ? backward(y, inputs, { epsilon, hasBias: false }) : {},
  };
};

/** How many rows of the last axis, and how long they are. */
function rowsOf(x: CpuTensor): [rows: number, size: number] {
  const size = x.shape.at(-1)!;
  return [size === 0 ? 0 : x.size / size, size];
}
