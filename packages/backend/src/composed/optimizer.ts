import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";

export const optimizer = <T extends Handle>(b: Backend<T>): Pick<Fused<T>, "sgd" | "adam"> => {
  const add = (x: T, y: T) => b.binary("add", x, y);
  const scale = (x: T, factor: number) => b.binary("multiply", x, factor);
  return {
    sgd({ parameter, gradient, velocity }, { learningRate, momentum, nesterov, weightDecay }) {
      const g = add(gradient, scale(parameter, weightDecay));
      const v = add(scale(velocity, momentum), g);
      const direction = nesterov ? add(g, scale(v, momentum)) : v;
      return {
        parameter: b.binary("subtract", parameter, scale(direction, learningRate)),
        velocity: v,
      };
    },

    adam({ parameter, gradient, mean, variance }, options) {
      const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step } = options;
      const g = decoupled ? gradient : add(gradient, scale(parameter, weightDecay));
      const start = decoupled ? scale(parameter, 1 - learningRate * weightDecay) : parameter;
      const m = add(scale(mean, beta1), scale(g, 1 - beta1));
      const v = add(scale(variance, beta2), scale(b.binary("multiply", g, g), 1 - beta2));
      const meanHat = scale(m, 1 / (1 - beta1 ** step));
      const deviation = b.unary("sqrt", scale(v, 1 / (1 - beta2 ** step)));
      const update = b.binary("divide", meanHat, b.binary("add", deviation, epsilon));
      return {
        parameter: b.binary("subtract", start, scale(update, learningRate)),
        mean: m,
        variance: v,
      };
    },
  };
};
