import type { Backend, BinaryOp, Handle, Operand } from "@lm/backend";

type BinaryRule = <T extends Handle>(
  b: Backend<T>,
  g: T,
  out: T,
  x: Operand<T>,
  y: Operand<T>,
) => T;

/** `g` where the first is less than the second, half of it where they are equal, else 0. */
const whereLess = <T extends Handle>(b: Backend<T>, g: T, first: Operand<T>, second: Operand<T>) =>
  b.where(
    b.compare("less", first, second),
    g,
    b.where(b.compare("equal", first, second), b.binary("multiply", g, 0.5), 0),
  );

/** The gradients of the two operands x and y; they may still have the broadcast shape. */
export const binaryRules: Record<BinaryOp, { readonly x: BinaryRule; readonly y: BinaryRule }> = {
  add: { x: (_, g) => g, y: (_, g) => g },
  subtract: { x: (_, g) => g, y: (b, g) => b.unary("negate", g) },
  multiply: {
    x: (b, g, _, __, y) => b.binary("multiply", g, y),
    y: (b, g, _, x) => b.binary("multiply", g, x),
  },
  divide: {
    x: (b, g, _, __, y) => b.binary("divide", g, y),
    y: (b, g, out, _, y) => b.unary("negate", b.binary("divide", b.binary("multiply", g, out), y)),
  },
  // The operand that was chosen gets the gradient; where both are equal each gets half.
  maximum: {
    x: (b, g, _, x, y) => whereLess(b, g, y, x),
    y: (b, g, _, x, y) => whereLess(b, g, x, y),
  },
  minimum: {
    x: (b, g, _, x, y) => whereLess(b, g, x, y),
    y: (b, g, _, x, y) => whereLess(b, g, y, x),
  },
};
