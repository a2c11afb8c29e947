import type { Backend, Handle, UnaryOp } from "@lm/backend";

type UnaryRule = <T extends Handle>(b: Backend<T>, g: T, out: T, x: T) => T;

/** The gradient of the input of each unary op, from that of its output, the output and the input. */
export const unaryRules: Record<UnaryOp, UnaryRule> = {
  negate: (b, g) => b.unary("negate", g),
  abs: (b, g, _, x) =>
    b.where(b.compare("less", 0, x), g, b.where(b.compare("less", x, 0), b.unary("negate", g), 0)),
  exp: (b, g, out) => b.binary("multiply", g, out),
  log: (b, g, _, x) => b.binary("divide", g, x),
  sqrt: (b, g, out) => b.binary("divide", g, b.binary("multiply", out, 2)),
  reciprocal: (b, g, out) =>
    b.unary("negate", b.binary("multiply", g, b.binary("multiply", out, out))),
  tanh: (b, g, out) =>
    b.binary("multiply", g, b.binary("subtract", 1, b.binary("multiply", out, out))),
  sigmoid: (b, g, out) =>
    b.binary("multiply", g, b.binary("multiply", out, b.binary("subtract", 1, out))),
  relu: (b, g, out) => b.where(b.compare("less", 0, out), g, 0),
  // d erf(x) / dx = 2/√π · e^(−x²)
  erf: (b, g, _, x) =>
    b.binary(
      "multiply",
      g,
      b.binary(
        "multiply",
        b.unary("exp", b.unary("negate", b.binary("multiply", x, x))),
        2 / Math.sqrt(Math.PI),
      ),
    ),
};
