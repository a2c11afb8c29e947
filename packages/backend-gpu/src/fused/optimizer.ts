import type { Fused } from "@lm/backend";
import type { Arguments, Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import type { Kernel } from "../kernel.ts";
import {
  adamMean,
  adamParameter,
  adamVariance,
  momentumParameter,
  momentumVelocity,
  sgdParameter,
} from "../kernels/optimizer.ts";
import { contiguous } from "../ops/pointwise.ts";

export const optimizer = (
  engine: Engine,
): Pick<Fused<GpuTensor>, "sgd" | "sgdMomentum" | "adam"> => {
  const read = (x: GpuTensor) => engine.read(contiguous(engine, x), [x.size, 1, 1]);
  const readAll = (inputs: Readonly<Record<string, GpuTensor>>): Arguments =>
    Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, read(x)]));
  /** A new tensor, element by element. */
  const next = (kernel: Kernel, { shape, size }: GpuTensor, args: Arguments) =>
    engine.launch(kernel, shape, [size, 1, 1], args);
  return {
    sgd(inputs, { learningRate, weightDecay }) {
      const args = { ...readAll({ ...inputs }), decay: weightDecay, learningRate };
      return { parameter: next(sgdParameter, inputs.parameter, args) };
    },

    sgdMomentum(inputs, { learningRate, momentum, nesterov, weightDecay }) {
      const { parameter } = inputs;
      const args = { ...readAll({ ...inputs }), decay: weightDecay, momentum };
      const velocity = next(momentumVelocity, parameter, args);
      const changed = next(momentumParameter, parameter, {
        ...args,
        velocity: read(velocity),
        learningRate,
        nesterov: nesterov ? 1 : 0,
      });
      return { parameter: changed, velocity };
    },

    adam(inputs, { learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step }) {
      const { parameter } = inputs;
      const args = { ...readAll({ ...inputs }), decay: decoupled ? 0 : weightDecay };
      const mean = next(adamMean, parameter, { ...args, beta: beta1, rest: 1 - beta1 });
      const variance = next(adamVariance, parameter, { ...args, beta: beta2, rest: 1 - beta2 });
      const changed = next(adamParameter, parameter, {
        ...args,
        mean: read(mean),
        variance: read(variance),
        kept: decoupled ? 1 - learningRate * weightDecay : 1,
        meanScale: 1 / (1 - beta1 ** step),
        varianceScale: 1 / (1 - beta2 ** step),
        epsilon,
        learningRate,
      });
      return { parameter: changed, mean, variance };
    },
  };
};
