import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";

export const optimizer = <T extends Handle>(
  b: Backend<T>,
): Pick<Fused<T>, "sgd" | "sgdMomentum" | "adam"> => {
  const add = (x: T, y: T) => b.binary("add", x, y);
  const times = (x: T, factor: number | T) => b.binary("multiply", x, factor);
  return {
    sgd({ parameter, gradient, scale }, { learningRate, weightDecay }) {
      const g = add(times(gradient, scale), times(parameter, weightDecay));
      return { parameter: b.binary("subtract", parameter, times(g, learningRate)) };
    },

    sgdMomentum({ parameter, gradient, scale, velocity }, options) {
      const { learningRate, momentum, nesterov, weightDecay } = options;
      const g = add(times(gradient, scale), times(parameter, weightDecay));
      const v = add(times(velocity, momentum), g);
      const direction = nesterov ? add(g, times(v, momentum)) : v;
      return {
        parameter: b.binary("subtract", parameter, times(direction, learningRate)),
        velocity: v,
      };
    },

    adam({ parameter, gradient, scale, mean, variance }, options) {
      const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step } = options;
      const scaled = times(gradient, scale);
      const g = decoupled ? scaled : add(scaled, times(parameter, weightDecay));
      const start = decoupled ? times(parameter, 1 - learningRate * weightDecay) : parameter;
      const m = add(times(mean, beta1), times(g, 1 - beta1));
      const v = add(times(variance, beta2), times(b.binary("multiply", g, g), 1 - beta2));
      const meanHat = times(m, 1 / (1 - beta1 ** step));
      const deviation = b.unary("sqrt", times(v, 1 / (1 - beta2 ** step)));
      const update = b.binary("divide", meanHat, b.binary("add", deviation, epsilon));
      return {
        parameter: b.binary("subtract", start, times(update, learningRate)),
        mean: m,
        variance: v,
      };
    },
  };
};
