import { valueAndGrad } from "@lm/autograd";
import {
  disposeTensors,
  flattenTensors,
  fused,
  mapTensors,
  scope,
  type Tensor,
  tensor,
  zeros,
} from "@lm/tensor";
import { type CpuBackend, openEngine } from "../src/cpu.ts";
import { KernelTimes } from "./kernel-times.ts";
import { printTable } from "./measure.ts";

/** A training step as a user would write it, through tensors and the tape, and the times of many. */

export interface Training<Parameters> {
  readonly parameters: Parameters;
  readonly loss: (parameters: Parameters) => Tensor;
  readonly update: "adam" | "sgd";
  /** The norm that gradients are clipped to. */
  readonly clip: number;
}

/** Makes tensors of small pseudo-random numbers. */
export interface Maker {
  readonly backend: CpuBackend;
  parameter(...shape: number[]): Tensor;
  ones(size: number): Tensor;
  zeros(size: number): Tensor;
  ids(...shape: [number, ...number[]]): (vocabulary: number) => Tensor;
}

function makerOn(backend: CpuBackend): Maker {
  let seed = 1;
  const uniform = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const fill = (shape: number[], value: () => number) => {
    const size = shape.reduce((product, d) => product * d, 1);
    return tensor(Float32Array.from({ length: size }, value), { backend, shape });
  };
  return {
    backend,
    parameter: (...shape) => fill(shape, () => (uniform() - 0.5) * 0.1),
    ones: (size) => fill([size], () => 1),
    zeros: (size) => zeros([size], { backend }),
    ids:
      (...shape) =>
      (vocabulary) =>
        fill(shape, () => Math.floor(uniform() * vocabulary)),
  };
}

/** Reads `[threads] [relaxed|strict] [--kernels]` from the command line, trains, and prints the times. */
export async function runTraining<Parameters>(
  name: string,
  define: (maker: Maker) => Training<Parameters>,
): Promise<void> {
  const threads = Number(process.argv[2] ?? 1);
  const build = process.argv[3] === "strict" ? "strict" : "relaxed";
  const isObserved = process.argv.includes("--kernels");
  const times = new KernelTimes();
  const observed = isObserved ? { observe: times.observe } : {};
  const backend = await openEngine({ threads, build, ...observed });
  const training = define(makerOn(backend));
  const step = trainer(backend, training);
  const seconds: number[] = [];
  const losses: number[] = [];
  const [warmUp, count] = [10, 60];
  let begin = 0;
  for (let i = 1; i <= warmUp + count; i++) {
    if (i === warmUp + 1) {
      times.reset();
      begin = performance.now();
    }
    const start = performance.now();
    losses.push(await step(i));
    if (i > warmUp) seconds.push(performance.now() - start);
  }
  const elapsed = performance.now() - begin;
  seconds.sort((x, y) => x - y);
  console.log(
    `${name}, ${build}, threads ${threads}: ${seconds[0]!.toFixed(1)} ms a step at best, ` +
      `${seconds[count >> 1]!.toFixed(1)} median; loss ${losses[0]} → ${losses.at(-1)}`,
  );
  if (isObserved) {
    console.log(`${((times.seconds * 1e5) / elapsed).toFixed(1)} % of the time in kernels`);
    printTable([["kernel", "calls", "ms"], ...times.rows(count)]);
  }
  backend.close();
}

function trainer<Parameters>(
  backend: CpuBackend,
  { parameters: initial, loss, update, clip }: Training<Parameters>,
): (step: number) => Promise<number> {
  let parameters = initial;
  const slots = () => mapTensors(initial, (x) => zeros(x.shape, { backend }));
  let [mean, variance] = [slots(), slots()];
  return async (step) => {
    const { value, gradients } = valueAndGrad(parameters, loss);
    const next = scope(backend, (scoped) => {
      const [first, ...others] = Object.values(flattenTensors(gradients)).map((x) =>
        fused("squaredNorm", { x: x.on(scoped) }, {}).y.reshape([1]),
      );
      const norm = first!.concat(others, 0).sum().sqrt();
      const scale = norm.add(1e-6).reciprocal().multiply(clip).minimum(1);
      const [gs, ms, vs] = [gradients, mean, variance].map(flattenTensors);
      const means: Record<string, Tensor> = {};
      const variances: Record<string, Tensor> = {};
      const updated = mapTensors(parameters, (parameter, path) => {
        const gradient = gs![path]!;
        if (update === "sgd") {
          means[path] = ms![path]!.on(scoped);
          variances[path] = vs![path]!.on(scoped);
          return parameter.subtract(gradient.multiply(scale));
        }
        const after = fused(
          "adam",
          { parameter, gradient, scale, mean: ms![path]!, variance: vs![path]! },
          {
            learningRate: 1e-3,
            beta1: 0.9,
            beta2: 0.99,
            epsilon: 1e-8,
            weightDecay: 0.1,
            decoupled: true,
            step,
          },
        );
        means[path] = after.mean;
        variances[path] = after.variance;
        return after.parameter;
      });
      const like = (made: Record<string, Tensor>) =>
        mapTensors(parameters, (_, path) => made[path]!);
      return { updated, mean: like(means), variance: like(variances) };
    });
    disposeTensors([parameters, mean, variance, gradients]);
    parameters = next.updated;
    [mean, variance] = [next.mean, next.variance];
    const result = await value.item();
    value.dispose();
    return result;
  };
}
