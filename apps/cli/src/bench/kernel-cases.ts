import { valueAndGrad } from "@lm/autograd";
import { disposeTensors, fused, type Tensor } from "@lm/tensor";
import type { BenchCase, BenchPlace } from "./bench-case.ts";
import { repeated } from "./bench-case.ts";
import { BenchData } from "./bench-data.ts";

const [ROWS, WIDTH] = [8192, 128];

/** Makes the inputs of a kernel, and the call of it; what that gives is freed. */
type Kernel = (data: BenchData) => () => unknown;

const elements = (name: string, size: number, kernel: Kernel): BenchCase => ({
  group: "kernels",
  name,
  figures: [{ unit: "ns/element", of: (seconds) => (seconds * 1e9) / size }],
  seconds: 0.25,
  prepare(place: BenchPlace) {
    const data = new BenchData(place);
    const call = kernel(data);
    return { run: repeated(() => disposeTensors(call())), close: data.close };
  },
});

/** Of one input `[8192, 128]`. */
const ofOne = (name: string, op: (x: Tensor, data: BenchData) => unknown): BenchCase =>
  elements(name, ROWS * WIDTH, (data) => {
    const x = data.normal(ROWS, WIDTH);
    return () => op(x, data);
  });

/** A value and its gradient. */
const gradient = <Inputs>(inputs: Inputs, of: (inputs: Inputs) => Tensor) => {
  const { value, gradients } = valueAndGrad(inputs, of);
  return { value, gradients };
};

const layerNorm = (inputs: { x: Tensor; gain: Tensor; bias: Tensor }) =>
  fused("layerNorm", inputs, { epsilon: 1e-5 }).y;
const [BATCH, LENGTH] = [12, 64];

export const kernelCases: readonly BenchCase[] = [
  elements("add", ROWS * WIDTH, (data) => {
    const [x, y] = [data.normal(ROWS, WIDTH), data.normal(ROWS, WIDTH)];
    return () => x.add(y);
  }),
  ofOne("exp", (x) => x.exp()),
  ofOne("tanh", (x) => x.tanh()),
  ofOne("sum of rows", (x) => x.sum(1)),
  ofOne("gelu", (x) => fused("gelu", { x }, {})),
  ofOne("gelu, sum and gradient", (x) => gradient(x, (x) => fused("gelu", { x }, {}).y.sum())),
  ofOne("softmax", (x) => x.softmax()),
  ofOne("dropout", (x) => fused("dropout", { x }, { rate: 0.1, seed: 1, stream: 2 })),
  elements("layerNorm", ROWS * WIDTH, (data) => {
    const inputs = {
      x: data.normal(ROWS, WIDTH),
      gain: data.normal(WIDTH),
      bias: data.normal(WIDTH),
    };
    return () => layerNorm(inputs);
  }),
  elements("layerNorm, sum and gradient", ROWS * WIDTH, (data) => {
    const inputs = {
      x: data.normal(ROWS, WIDTH),
      gain: data.normal(WIDTH),
      bias: data.normal(WIDTH),
    };
    return () => gradient(inputs, (inputs) => layerNorm(inputs).sum());
  }),
  elements("cross-entropy of 10,000, and gradient", 400 * 10_000, (data) => {
    const [logits, targets] = [data.normal(400, 10_000), data.ids(10_000, 400)];
    return () =>
      gradient(logits, (logits) => fused("crossEntropy", { logits, targets }, {}).loss.sum());
  }),
  elements("attention, 12 × 64 × 128, and gradient", BATCH * LENGTH * WIDTH, (data) => {
    const draw = () => data.normal(BATCH, LENGTH, WIDTH);
    const inputs = { query: draw(), key: draw(), value: draw() };
    return () =>
      gradient(inputs, (inputs) =>
        fused("attention", inputs, { heads: 4, causal: true }).output.sum(),
      );
  }),
  elements("Adam", ROWS * WIDTH, (data) => {
    const [parameter, gradient, mean] = [0, 1, 2].map(() => data.normal(ROWS, WIDTH));
    const variance = data.ids(2, ROWS, WIDTH);
    const options = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 };
    const scale = data.normal();
    const inputs = { parameter: parameter!, gradient: gradient!, scale, mean: mean!, variance };
    return () => fused("adam", inputs, { ...options, decoupled: true, step: 3 });
  }),
];
