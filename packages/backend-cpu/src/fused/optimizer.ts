import type { Fused } from "@lm/backend";
import type { CpuTensor } from "../cpu-tensor.ts";
import type { Engine } from "../engine.ts";

export const optimizer = (
  engine: Engine,
): Pick<Fused<CpuTensor>, "sgd" | "sgdMomentum" | "adam"> => ({
  sgd({ parameter, gradient, scale }, { learningRate, weightDecay }) {
    const { shape, size } = parameter;
    const [p, g, s] = [parameter, gradient, scale].map((x) => engine.contiguous(x));
    const next = engine.create(shape);
    engine.kernels.sgd(p!, g!, s!, engine.addressOf(next), size, learningRate, weightDecay);
    engine.finish();
    return { parameter: next };
  },

  sgdMomentum({ parameter, gradient, scale, velocity }, options) {
    const { learningRate, momentum, nesterov, weightDecay } = options;
    const { shape, size } = parameter;
    const inputs = [parameter, gradient, scale, velocity].map((x) => engine.contiguous(x));
    const made = engine.createAll([shape, shape]);
    const [newParameter, newVelocity] = made;
    engine.kernels.sgdMomentum(
      ...(inputs as [number, number, number, number]),
      ...(made.map((x) => engine.addressOf(x)) as [number, number]),
      size,
      learningRate,
      momentum,
      nesterov,
      weightDecay,
    );
    engine.finish();
    return { parameter: newParameter!, velocity: newVelocity! };
  },

  adam({ parameter, gradient, scale, mean, variance }, options) {
    const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step } = options;
    const { shape, size } = parameter;
    const inputs = [parameter, gradient, scale, mean, variance].map((x) => engine.contiguous(x));
    const made = engine.createAll([shape, shape, shape]);
    const [newParameter, newMean, newVariance] = made;
    engine.kernels.adam(
      ...(inputs as [number, number, number, number, number]),
      ...(made.map((x) => engine.addressOf(x)) as [number, number, number]),
      size,
      learningRate,
      beta1,
      1 - beta1,
      1 / (1 - beta1 ** step),
      beta2,
      1 - beta2,
      1 / (1 - beta2 ** step),
      epsilon,
      decoupled ? 1 - learningRate * weightDecay : 1,
      decoupled ? 0 : weightDecay,
    );
    engine.finish();
    return { parameter: newParameter!, mean: newMean!, variance: newVariance! };
  },
});
