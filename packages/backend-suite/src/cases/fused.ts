import type { Backend, Handle } from "@lm/backend";
import { type ConformanceCase, given, positive, random } from "../conformance-case.ts";

/** Several results as one, so that a case can judge them together. */
function join<T extends Handle>(b: Backend<T>, ...parts: T[]): T {
  return b.concat(
    parts.map((part) => b.reshape(part, [part.shape.reduce((size, d) => size * d, 1)])),
    0,
  );
}

const overLastAxis = (["softmax", "logSoftmax", "gelu", "silu"] as const).flatMap(
  (op): ConformanceCase[] => [
    ...[1, 3, 4, 9, 66].map(
      (size): ConformanceCase => ({
        name: `${op} over ${size}`,
        inputs: [{ shape: [3, size], low: -3, high: 3 }],
        run: (_, f, [x]) => f[op]({ x: x! }, {}).y,
      }),
    ),
    {
      name: `${op} of three axes`,
      inputs: [random(2, 3, 5)],
      run: (_, f, [x]) => f[op]({ x: x! }, {}).y,
    },
    {
      name: `${op} of large values`,
      inputs: [given([2, 4], [1000, 999, -1000, 0, 80, -80, 3, 88])],
      run: (_, f, [x]) => f[op]({ x: x! }, {}).y,
      gradient: false,
    },
  ],
);

const masked: ConformanceCase[] = (["softmax", "logSoftmax"] as const).map((op) => ({
  name: `${op} with masked places`,
  inputs: [given([2, 3], [0, Number.NEGATIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, 2, 2])],
  run: (_, f, [x]) => f[op]({ x: x! }, {}).y,
  gradient: false,
}));

const norms: ConformanceCase[] = [2, 4, 7, 64].flatMap((width): ConformanceCase[] => [
  {
    name: `layerNorm over ${width}`,
    inputs: [random(3, width), positive(width), random(width)],
    run: (_, f, [x, gain, bias]) =>
      f.layerNorm({ x: x!, gain: gain!, bias: bias! }, { epsilon: 1e-5 }).y,
  },
  {
    name: `rmsNorm over ${width}`,
    inputs: [random(2, 3, width), positive(width)],
    run: (_, f, [x, gain]) => f.rmsNorm({ x: x!, gain: gain! }, { epsilon: 1e-6 }).y,
  },
]);

const losses: ConformanceCase[] = [
  ...[2, 5, 37].map(
    (classes): ConformanceCase => ({
      name: `crossEntropy over ${classes} classes`,
      inputs: [{ shape: [4, classes], low: -3, high: 3 }, given([4], [0, 1, 1, classes - 1])],
      run: (_, f, [logits, targets]) =>
        f.crossEntropy({ logits: logits!, targets: targets! }, {}).loss,
    }),
  ),
  {
    name: "crossEntropy leaves negative targets out",
    inputs: [random(3, 4), given([3], [2, -1, -100])],
    run: (_, f, [logits, targets]) =>
      f.crossEntropy({ logits: logits!, targets: targets! }, {}).loss,
  },
  {
    name: "crossEntropy of a class that does not exist is NaN",
    inputs: [random(2, 4), given([2], [4, 0])],
    run: (_, f, [logits, targets]) =>
      f.crossEntropy({ logits: logits!, targets: targets! }, {}).loss,
    gradient: false,
  },
  {
    name: "crossEntropy of large and of excluded logits",
    inputs: [given([2, 3], [1e4, 0, -1e4, Number.NEGATIVE_INFINITY, 3, 1]), given([2], [1, 2])],
    run: (_, f, [logits, targets]) =>
      f.crossEntropy({ logits: logits!, targets: targets! }, {}).loss,
    gradient: false,
  },
];

const attention: ConformanceCase[] = (
  [
    ["attention, causal", { heads: 2, causal: true }, [2, 5, 6], [2, 5, 6]],
    ["attention, causal, of one head", { heads: 1, causal: true }, [1, 3, 4], [1, 3, 4]],
    ["attention, both ways", { heads: 3, causal: false }, [2, 4, 6], [2, 4, 6]],
    ["attention across lengths", { heads: 2, causal: false }, [2, 3, 4], [2, 5, 4]],
    ["attention, causal, after cached keys", { heads: 2, causal: true }, [2, 2, 4], [2, 6, 4]],
    ["attention of one query to cached keys", { heads: 2, causal: true }, [1, 1, 8], [1, 7, 8]],
    ["attention over many keys", { heads: 1, causal: true }, [1, 19, 3], [1, 19, 3]],
  ] as const
).map(([name, options, query, keys]) => ({
  name,
  inputs: [random(...query), random(...keys), random(...keys)],
  run: (_, f, [q, k, v]) => f.attention({ query: q!, key: k!, value: v! }, options).output,
}));

/** Inputs of a recurrence of B = 2 rows and `steps` steps. */
const recurrent = (gates: number, steps: number, size: number) => [
  random(2, steps, gates * size),
  random(2, size),
  random(gates * size, size),
  random(gates * size),
];

const recurrences: ConformanceCase[] = [
  [1, 3],
  [4, 3],
  [3, 5],
].flatMap(([steps, size]) =>
  [false, true].flatMap((reverse): ConformanceCase[] => {
    const label = `of ${steps} steps and size ${size}${reverse ? " in reverse" : ""}`;
    return [
      {
        name: `rnnSequence ${label}`,
        inputs: recurrent(1, steps!, size!),
        run: (_, f, [x, hidden, weight, bias]) =>
          f.rnnSequence({ x: x!, hidden: hidden!, weight: weight!, bias: bias! }, { reverse })
            .output,
      },
      {
        name: `lstmSequence ${label}`,
        inputs: [...recurrent(4, steps!, size!), random(2, size!)],
        run: (b, f, [x, hidden, weight, bias, cell]) => {
          const inputs = { x: x!, hidden: hidden!, weight: weight!, bias: bias!, cell: cell! };
          const { output, finalCell } = f.lstmSequence(inputs, { reverse });
          return join(b, output, finalCell);
        },
      },
      {
        name: `lstmSequence ${label}, only its final cell used`,
        inputs: [...recurrent(4, steps!, size!), random(2, size!)],
        run: (_, f, [x, hidden, weight, bias, cell]) => {
          const inputs = { x: x!, hidden: hidden!, weight: weight!, bias: bias!, cell: cell! };
          return f.lstmSequence(inputs, { reverse }).finalCell;
        },
      },
      ...[true, false].map(
        (resetAfter): ConformanceCase => ({
          name: `gruSequence ${label}, reset ${resetAfter ? "after" : "before"} the product`,
          inputs: recurrent(3, steps!, size!),
          run: (_, f, [x, hidden, weight, bias]) => {
            const inputs = { x: x!, hidden: hidden!, weight: weight!, bias: bias! };
            return f.gruSequence(inputs, { reverse, resetAfter }).output;
          },
        }),
      ),
    ];
  }),
);

const dropouts: ConformanceCase[] = [0, 0.3, 0.9].map((rate) => ({
  name: `dropout at rate ${rate}`,
  inputs: [random(5, 13)],
  run: (_, f, [x]) => f.dropout({ x: x! }, { rate, seed: 2 ** 40 + 7, stream: 3 }).y,
}));

const squaredNorms: ConformanceCase[] = [
  ...[[], [0], [7], [3, 5], [2, 3, 11]].map(
    (shape): ConformanceCase => ({
      name: `squaredNorm of [${shape}]`,
      inputs: [random(...shape)],
      run: (_, f, [x]) => f.squaredNorm({ x: x! }, {}).y,
    }),
  ),
  {
    name: "squaredNorm of many elements",
    inputs: [random(2, 3, 1700)],
    run: (_, f, [x]) => f.squaredNorm({ x: x! }, {}).y,
    gradient: false,
  },
];

const linears: ConformanceCase[] = [
  [[1, 3], 4],
  [[5, 3], 2],
  [[2, 3, 4], 9],
  [[7, 1], 1],
  [[2, 0], 3],
  [[0, 2], 3],
].flatMap(([shape, outputs]) =>
  [false, true].map((transposed): ConformanceCase => {
    const [x, O] = [shape as number[], outputs as number];
    const I = x.at(-1)!;
    return {
      name: `linear of [${x}] to ${O}${transposed ? ", weight transposed" : ""}`,
      inputs: [random(...x), transposed ? random(O, I) : random(I, O), random(O)],
      run: (_, f, [x, weight, bias]) =>
        f.linear({ x: x!, weight: weight!, bias: bias! }, { transposed }).y,
    };
  }),
);

const optimizers: ConformanceCase[] = [
  {
    name: "sgd",
    inputs: [random(9), random(9), positive()],
    run: (_, f, [parameter, gradient, scale]) =>
      f.sgd(
        { parameter: parameter!, gradient: gradient!, scale: scale! },
        { learningRate: 0.1, weightDecay: 0.01 },
      ).parameter,
    gradient: false,
  },
  ...[false, true].map(
    (nesterov): ConformanceCase => ({
      name: `sgdMomentum${nesterov ? ", Nesterov's" : ""}`,
      inputs: [random(9), random(9), random(9), positive()],
      run: (b, f, [parameter, gradient, velocity, scale]) => {
        const after = f.sgdMomentum(
          { parameter: parameter!, gradient: gradient!, scale: scale!, velocity: velocity! },
          { learningRate: 0.1, momentum: 0.9, nesterov, weightDecay: 0.01 },
        );
        return join(b, after.parameter, after.velocity);
      },
      gradient: false,
    }),
  ),
  ...[false, true].map(
    (decoupled): ConformanceCase => ({
      name: decoupled ? "adam with decoupled weight decay" : "adam",
      inputs: [random(9), random(9), random(9), positive(9), positive()],
      run: (b, f, [parameter, gradient, mean, variance, scale]) => {
        const inputs = { parameter: parameter!, gradient: gradient!, scale: scale! };
        const after = f.adam(
          { ...inputs, mean: mean!, variance: variance! },
          {
            learningRate: 0.01,
            beta1: 0.9,
            beta2: 0.99,
            epsilon: 1e-8,
            weightDecay: 0.1,
            decoupled,
            step: 3,
          },
        );
        return join(b, after.parameter, after.mean, after.variance);
      },
      gradient: false,
    }),
  ),
];

export const fused: readonly ConformanceCase[] = [
  ...linears,
  ...overLastAxis,
  ...masked,
  ...norms,
  ...losses,
  ...attention,
  ...recurrences,
  ...dropouts,
  ...squaredNorms,
  ...optimizers,
];
