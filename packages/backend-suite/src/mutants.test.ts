import { type Backend, BINARY, COMPARE, composed, type Fused, REDUCE, UNARY } from "@lm/backend";
import { type ReferenceHandle, reference } from "@lm/backend-reference";
import { describe, expect, it } from "vitest";
import { conformance } from "./conformance.ts";

type Mutant = Backend<ReferenceHandle>;

/** The reference with some of it replaced. */
function mutate(change: (b: Mutant) => Partial<Mutant>): Mutant {
  const original = reference();
  return { ...original, ...change(original) };
}

/** A fused kernel without a derivative. */
function kernel(change: (b: Mutant) => Partial<Fused<ReferenceHandle>>): Mutant {
  return mutate((b) => ({ fused: change(b) }));
}

const last = (x: ReferenceHandle) => x.shape.length - 1;

/** By the beginning of the names of the tests that must fail: a backend that is wrong just there. */
const mutants: readonly (readonly [string, string, Mutant])[] = [
  ...UNARY.map(
    (op) =>
      [
        op,
        "computes another function",
        mutate((b) => ({
          unary: (name, x) =>
            name === op ? b.unary(op === "abs" ? "relu" : "abs", x) : b.unary(name, x),
        })),
      ] as const,
  ),
  ...BINARY.map(
    (op) =>
      [
        op,
        "takes its operands for equal",
        mutate((b) => ({
          binary: (name, x, y) => (name === op ? b.binary(op, x, x) : b.binary(name, x, y)),
        })),
      ] as const,
  ),
  ...(["subtract", "divide"] as const).map(
    (op) =>
      [
        op,
        "swaps its operands",
        mutate((b) => ({
          binary: (name, x, y) => (name === op ? b.binary(op, y, x) : b.binary(name, x, y)),
        })),
      ] as const,
  ),
  ...COMPARE.map(
    (op) =>
      [
        op,
        "compares otherwise",
        mutate((b) => ({
          compare: (name, x, y) =>
            name === op
              ? b.compare(op === "lessEqual" ? "less" : "lessEqual", x, y)
              : b.compare(name, x, y),
        })),
      ] as const,
  ),
  ...REDUCE.flatMap((op) => [
    [
      op,
      "reduces otherwise",
      mutate((b) => ({
        reduce: (name, x, axis) =>
          name === op ? b.reduce(op === "sum" ? "max" : "sum", x, axis) : b.reduce(name, x, axis),
      })),
    ] as const,
    [
      op,
      "forgets the last element",
      mutate((b) => ({
        reduce: (name, x, axis) => {
          const size = x.shape[axis]!;
          return name === op && size > 1
            ? b.reduce(op, b.slice(x, axis, 0, size - 1), axis)
            : b.reduce(name, x, axis);
        },
      })),
    ] as const,
  ]),
  [
    "maximum",
    "drops NaN",
    mutate((b) => ({
      binary: (op, x, y) =>
        op === "maximum" ? b.where(b.compare("less", x, y), y, x) : b.binary(op, x, y),
    })),
  ],
  ["where", "swaps its sides", mutate((b) => ({ where: (mask, x, y) => b.where(mask, y, x) }))],
  [
    "where",
    "multiplies by its mask",
    mutate((b) => ({
      where: (mask, x, y) => {
        const zero = b.compare("equal", mask, 0);
        const one = b.binary("subtract", 1, zero);
        return b.binary("add", b.binary("multiply", one, x), b.binary("multiply", zero, y));
      },
    })),
  ],
  ...(["transposeA", "transposeB"] as const).map(
    (flag) =>
      [
        "matmul",
        `ignores ${flag} of square matrices`,
        mutate((b) => ({
          matmul: (x, y, options = {}) =>
            x.shape.at(-1) === x.shape.at(-2) && y.shape.at(-1) === y.shape.at(-2)
              ? b.matmul(x, y, { ...options, [flag]: false })
              : b.matmul(x, y, options),
        })),
      ] as const,
  ),
  [
    "matmul",
    "forgets the end of a long inner axis",
    mutate((b) => ({
      matmul: (x, y, options = {}) => {
        const axis = last(x) - (options.transposeA ? 1 : 0);
        if (x.shape[axis]! < 512) return b.matmul(x, y, options);
        const other = last(y) - (options.transposeB ? 0 : 1);
        return b.matmul(b.slice(x, axis, 0, 512), b.slice(y, other, 0, 512), options);
      },
    })),
  ],
  [
    "gather",
    "clamps what is outside",
    mutate((b) => ({
      gather: (table, ids) =>
        b.gather(table, b.binary("minimum", b.binary("maximum", ids, 0), table.shape[0]! - 1)),
    })),
  ],
  [
    "scatterAdd",
    "overwrites",
    mutate((b) => ({
      scatterAdd: (ids, source, rows) => {
        const width = source.shape.at(-1)!;
        const data = new Float64Array(rows * width);
        source.data.forEach((value, i) => {
          data[ids.data[Math.floor(i / width)]! * width + (i % width)] = value;
        });
        return b.fromArray(data, [rows, width]);
      },
    })),
  ],
  [
    "permute",
    "inverts the order",
    mutate((b) => ({
      permute: (x, order) => {
        const inverse = order.map((_, axis) => order.indexOf(axis));
        return b.permute(x, inverse);
      },
    })),
  ],
  [
    "reshape",
    "reverses",
    mutate((b) => ({
      reshape: (x, shape) => b.fromArray(x.data.toReversed(), shape),
    })),
  ],
  [
    "expand",
    "repeats along the wrong axis",
    mutate((b) => ({
      expand: (x, shape) =>
        b.reshape(
          b.expand(b.reshape(x, [x.data.length, 1]), [
            x.data.length,
            shape.reduce((n, d) => n * d, 1) / x.data.length,
          ]),
          shape,
        ),
    })),
  ],
  [
    "slice",
    "starts at 0",
    mutate((b) => ({
      slice: (x, axis, start, end) => b.slice(x, axis, 0, end - start),
    })),
  ],
  [
    "pad",
    "swaps before and after",
    mutate((b) => ({
      pad: (x, axis, before, after) => b.pad(x, axis, after, before),
    })),
  ],
  [
    "concat",
    "reverses the parts",
    mutate((b) => ({
      concat: (parts, axis) => b.concat(parts.toReversed(), axis),
    })),
  ],
  [
    "fromArray",
    "keeps the array",
    mutate((b) => ({
      fromArray: (data, shape) =>
        data instanceof Float32Array
          ? { ...b.fromArray(data, shape), data: data as never }
          : b.fromArray(data, shape),
      read: async (x) => Float64Array.from(x.data),
    })),
  ],
  ["read", "gives its own memory", mutate(() => ({ read: async (x) => x.data }))],
  ["dispose", "keeps everything", mutate(() => ({ dispose() {} }))],
  [
    "views",
    "share their fate",
    mutate((_b) => ({
      reshape: (x, shape) => Object.assign(x, { shape }),
    })),
  ],
  [
    "a disposed tensor",
    "is read",
    mutate((b) => ({
      unary: (op, x) => b.unary(op, b.fromArray(x.data, x.shape)),
    })),
  ],
  [
    "no op changes",
    "adds in place",
    mutate((b) => ({
      binary: (op, x, y) => {
        const out = b.binary(op, x, y);
        if (typeof x === "object" && op === "add") x.data.set(out.data.subarray(0, x.data.length));
        return out;
      },
    })),
  ],
  [
    "softmax",
    "overflows",
    kernel((b) => ({
      softmax: ({ x }) => {
        const e = b.unary("exp", x);
        return { y: b.binary("divide", e, b.reduce("sum", e, last(x))) };
      },
    })),
  ],
  [
    "softmax",
    "normalises the wrong axis",
    kernel((b) => ({
      softmax: ({ x }) => {
        const e = b.unary("exp", b.binary("subtract", x, b.reduce("max", x, last(x))));
        return { y: b.binary("divide", e, b.reduce("sum", e, 0)) };
      },
    })),
  ],
  [
    "gelu",
    "is the exact form",
    kernel((b) => ({
      gelu: ({ x }) => ({
        y: b.binary(
          "multiply",
          b.binary("multiply", x, 0.5),
          b.binary("add", b.unary("erf", b.binary("multiply", x, Math.SQRT1_2)), 1),
        ),
      }),
    })),
  ],
  [
    "layerNorm",
    "forgets epsilon",
    kernel((b) => ({
      layerNorm: (inputs) => composed(b).layerNorm(inputs, { epsilon: 0 }),
    })),
  ],
  [
    "crossEntropy",
    "counts what is left out",
    kernel((b) => ({
      crossEntropy: ({ logits, targets }) =>
        composed(b).crossEntropy({ logits, targets: b.unary("relu", targets) }, {}),
    })),
  ],
  [
    "attention",
    "looks ahead",
    kernel((b) => ({
      attention: (inputs, { heads }) => composed(b).attention(inputs, { heads, causal: false }),
    })),
  ],
  [
    "attention",
    "mixes its heads",
    kernel((b) => ({
      attention: (inputs, { causal }) => composed(b).attention(inputs, { heads: 1, causal }),
    })),
  ],
  [
    "lstmSequence",
    "runs forwards always",
    kernel((b) => ({
      lstmSequence: (inputs) => composed(b).lstmSequence(inputs, { reverse: false }),
    })),
  ],
  [
    "gruSequence",
    "resets after always",
    kernel((b) => ({
      gruSequence: (inputs, { reverse }) =>
        composed(b).gruSequence(inputs, { reverse, resetAfter: true }),
    })),
  ],
  [
    "dropout",
    "draws from another stream",
    kernel((b) => ({
      dropout: (inputs, options) => composed(b).dropout(inputs, { ...options, stream: 4 }),
    })),
  ],
  [
    "sgdMomentum",
    "forgets Nesterov",
    kernel((b) => ({
      sgdMomentum: (inputs, options) =>
        composed(b).sgdMomentum(inputs, { ...options, nesterov: false }),
    })),
  ],
  [
    "linear",
    "forgets the bias",
    kernel((b) => ({
      linear: ({ x, weight }, { transposed }) => ({
        y: b.matmul(x, weight, { transposeB: transposed }),
      }),
    })),
  ],
  [
    "sgdMomentum",
    "forgets the scale",
    kernel((b) => ({
      sgdMomentum: (inputs, options) =>
        composed(b).sgdMomentum({ ...inputs, scale: b.fromArray([1], []) }, options),
    })),
  ],
  [
    "squaredNorm",
    "does not square",
    kernel((b) => ({
      squaredNorm: ({ x }) => {
        const flat = b.reshape(x, [x.shape.reduce((size, d) => size * d, 1)]);
        return { y: b.reshape(b.reduce("sum", flat, 0), []) };
      },
    })),
  ],
  [
    "sgd",
    "forgets the scale",
    kernel((b) => ({
      sgd: (inputs, options) =>
        composed(b).sgd({ ...inputs, scale: b.fromArray([1], []) }, options),
    })),
  ],
  [
    "adam",
    "forgets the scale",
    kernel((b) => ({
      adam: (inputs, options) =>
        composed(b).adam({ ...inputs, scale: b.fromArray([1], []) }, options),
    })),
  ],
  [
    "adam",
    "forgets the bias correction",
    kernel((b) => ({
      adam: (inputs, options) => composed(b).adam(inputs, { ...options, step: 1e6 }),
    })),
  ],
  [
    "softmax",
    "has a wrong derivative",
    mutate((b) => ({
      fused: { softmax: composed(b).softmax },
      fusedBackward: {
        softmax: ({ y }, _, outputs) => ({ x: b.binary("multiply", y!, outputs.y) }),
      },
    })),
  ],
  [
    "crossEntropy",
    "has a derivative that forgets the incoming gradient",
    mutate((b) => ({
      fused: { crossEntropy: composed(b).crossEntropy },
      fusedBackward: {
        crossEntropy: (_, { logits, targets }) => {
          const [rows, classes] = logits.shape as [number, number];
          const ids = b.fromArray(
            Float64Array.from({ length: classes }, (_, i) => i),
            [classes],
          );
          const hit = b.compare("equal", b.reshape(targets, [rows, 1]), ids);
          return { logits: b.binary("subtract", composed(b).softmax({ x: logits }, {}).y, hit) };
        },
      },
    })),
  ],
];

describe("the suite fails a backend", () => {
  it.each(mutants)("whose %s %s", async (subject, _, backend) => {
    const tests = conformance({ backend, tolerance: 1e-5 }).filter(({ name }) =>
      name.startsWith(subject),
    );
    expect(tests.length).toBeGreaterThan(0);
    const verdicts: string[] = [];
    for (const { name, run } of tests) {
      await run().catch(() => verdicts.push(name));
      if (verdicts.length > 0) break;
    }
    expect(verdicts).not.toEqual([]);
  });

  it("that computes nothing", async () => {
    const backend = mutate(() => ({
      unary: (_, x) => x,
      binary: (_, x) => x as ReferenceHandle,
      matmul: (a) => a,
    }));
    const outcomes = await Promise.allSettled(
      conformance({ backend, tolerance: 1e-5 })
        .slice(0, 300)
        .map(({ run }) => run()),
    );
    expect(outcomes.filter(({ status }) => status === "rejected").length).toBeGreaterThan(100);
  });
});

describe("an excuse", () => {
  it("must name a case that exists", () => {
    const skip = [{ reason: "none", cases: ["no such case"] }];
    expect(() => conformance({ backend: reference(), tolerance: 0, skip })).toThrow("no such case");
  });

  it("keeps its reason", () => {
    const skip = [{ reason: "no concat here", cases: ["concat of one part"] }];
    const tests = conformance({ backend: reference(), tolerance: 0, skip });
    expect(tests.filter((test) => test.skip).map(({ name, skip }) => [name, skip])).toEqual([
      ["concat of one part", "no concat here"],
    ]);
  });
});
