import {
  type FusedInputs,
  type FusedOp,
  type FusedOptions,
  type Shape,
  ShapeError,
} from "@lm/backend";

type ShapeRule<Op extends FusedOp> = (
  shapes: FusedInputs<Op, Shape>,
  options: FusedOptions<Op>,
) => void;

function expectShape(op: FusedOp, name: string, got: Shape, expected: Shape): void {
  if (`${got}` !== `${expected}`)
    throw new ShapeError(op, [got], `${name} must be [${expected}] to go with the other inputs`);
}

function expectRank(op: FusedOp, name: string, got: Shape, axes: string): void {
  const rank = axes.split(",").length;
  if (got.length !== rank)
    throw new ShapeError(op, [got], `${name} must be [${axes}], ${rank} axes`);
}

const hasLastAxis =
  (op: FusedOp) =>
  ({ x }: { readonly x: Shape }) => {
    if (x.length === 0)
      throw new ShapeError(op, [x], "needs an axis to work along, but x is a scalar");
  };

/** A recurrence over `x [B, T, gates·H]`. */
const recurrent =
  (op: "rnnSequence" | "lstmSequence" | "gruSequence", gates: number) =>
  (shapes: { readonly [name in "x" | "hidden" | "weight" | "bias"]: Shape }) => {
    const { x, hidden, weight, bias } = shapes;
    expectRank(op, "x", x, "B, T, gates·H");
    expectRank(op, "hidden", hidden, "B, H");
    const size = hidden[1]!;
    expectShape(op, "x", x, [hidden[0]!, x[1]!, gates * size]);
    expectShape(op, "weight", weight, [gates * size, size]);
    expectShape(op, "bias", bias, [gates * size]);
    if (x[1] === 0) throw new ShapeError(op, [x], "needs at least one time step");
  };

const likeParameter =
  (op: "sgd" | "sgdMomentum" | "adam") =>
  ({
    parameter,
    scale,
    ...others
  }: { readonly [name in "parameter" | "scale"]: Shape } & { readonly [name: string]: Shape }) => {
    expectShape(op, "scale", scale, []);
    for (const [name, shape] of Object.entries(others)) expectShape(op, name, shape, parameter);
  };

/** What the inputs of every fused op must look like; each rule throws a ShapeError. */
export const fusedShapes: { readonly [Op in FusedOp]: ShapeRule<Op> } = {
  softmax: hasLastAxis("softmax"),
  logSoftmax: hasLastAxis("logSoftmax"),
  linear({ x, weight, bias }, { transposed }) {
    if (x.length < 2) throw new ShapeError("linear", [x], "x must be [..., I], two axes or more");
    expectRank("linear", "weight", weight, transposed ? "O, I" : "I, O");
    const [inputs, outputs] = transposed ? weight.toReversed() : weight;
    if (x.at(-1) !== inputs)
      throw new ShapeError("linear", [x, weight], `the layer takes ${inputs} inputs`);
    expectShape("linear", "bias", bias, [outputs!]);
  },
  gelu: () => {},
  silu: () => {},
  layerNorm({ x, gain, bias }) {
    hasLastAxis("layerNorm")({ x });
    expectShape("layerNorm", "gain", gain, [x.at(-1)!]);
    expectShape("layerNorm", "bias", bias, [x.at(-1)!]);
  },
  rmsNorm({ x, gain }) {
    hasLastAxis("rmsNorm")({ x });
    expectShape("rmsNorm", "gain", gain, [x.at(-1)!]);
  },
  crossEntropy({ logits, targets }) {
    expectRank("crossEntropy", "logits", logits, "N, V");
    expectShape("crossEntropy", "targets", targets, [logits[0]!]);
  },
  attention({ query, key, value }, { heads, causal }) {
    expectRank("attention", "query", query, "B, T, C");
    expectRank("attention", "key", key, "B, S, C");
    const [batch, queries, width] = query as readonly [number, number, number];
    const keys = key[1]!;
    expectShape("attention", "key", key, [batch, keys, width]);
    expectShape("attention", "value", value, [batch, keys, width]);
    if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0)
      throw new ShapeError("attention", [query], `${heads} heads do not divide its width ${width}`);
    if (causal && queries > keys)
      throw new ShapeError(
        "attention",
        [query, key],
        "causal attention needs a key for every query",
      );
  },
  rnnSequence: recurrent("rnnSequence", 1),
  lstmSequence(shapes) {
    recurrent("lstmSequence", 4)(shapes);
    expectShape("lstmSequence", "cell", shapes.cell, shapes.hidden);
  },
  gruSequence: recurrent("gruSequence", 3),
  dropout(_, { rate }) {
    if (!(rate >= 0 && rate < 1))
      throw new RangeError(`dropout: rate is ${rate}, but must be at least 0 and less than 1`);
  },
  squaredNorm: () => {},
  sgd: likeParameter("sgd"),
  sgdMomentum: likeParameter("sgdMomentum"),
  adam: likeParameter("adam"),
};
