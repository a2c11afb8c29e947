import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";

// B batch, T steps, H hidden size, G gates (4 in an LSTM, 3 in a GRU).
export const recurrence = <T extends Handle>(
  b: Backend<T>,
): Pick<Fused<T>, "rnnSequence" | "lstmSequence" | "gruSequence"> => {
  const add = (x: T, y: T) => b.binary("add", x, y);
  const multiply = (x: T, y: T) => b.binary("multiply", x, y);
  /** h·Wᵀ + b */
  const recurrent = (h: T, weight: T, bias: T) =>
    add(b.matmul(h, weight, { transposeB: true }), bias);
  /** Gate `index` of gates that stand side by side in the last axis. */
  const gate = (gates: T, index: number, size: number) =>
    b.slice(gates, gates.shape.length - 1, index * size, (index + 1) * size);

  /** Runs `step` on `x [B, ·]` of every time step, in order or in reverse, and stacks its outputs. */
  const unroll = (x: T, reverse: boolean, step: (x: T) => T): T => {
    const [batch, steps, width] = x.shape as [number, number, number];
    const outputs = new Array<T>(steps);
    for (let i = 0; i < steps; i++) {
      const t = reverse ? steps - 1 - i : i;
      const output = step(b.reshape(b.slice(x, 1, t, t + 1), [batch, width]));
      outputs[t] = b.reshape(output, [batch, 1, output.shape[1]!]);
    }
    return b.concat(outputs, 1);
  };

  return {
    rnnSequence({ x, hidden, weight, bias }, { reverse }) {
      let h = hidden;
      const output = unroll(x, reverse, (xt) => {
        h = b.unary("tanh", add(xt, recurrent(h, weight, bias)));
        return h;
      });
      return { output };
    },

    lstmSequence({ x, hidden, cell, weight, bias }, { reverse }) {
      const size = hidden.shape[1]!;
      let h = hidden;
      let c = cell;
      const output = unroll(x, reverse, (xt) => {
        const gates = add(xt, recurrent(h, weight, bias)); // [B, 4H]
        const i = b.unary("sigmoid", gate(gates, 0, size));
        const f = b.unary("sigmoid", gate(gates, 1, size));
        const g = b.unary("tanh", gate(gates, 2, size));
        const o = b.unary("sigmoid", gate(gates, 3, size));
        c = add(multiply(f, c), multiply(i, g));
        h = multiply(o, b.unary("tanh", c));
        return h;
      });
      return { output, finalCell: c };
    },

    gruSequence({ x, hidden, weight, bias }, { reverse, resetAfter }) {
      const size = hidden.shape[1]!;
      const rows = (index: number) => b.slice(weight, 0, index * size, (index + 1) * size);
      const biases = (index: number) => b.slice(bias, 0, index * size, (index + 1) * size);
      const [weightR, weightZ, weightN] = [rows(0), rows(1), rows(2)];
      const [biasR, biasZ, biasN] = [biases(0), biases(1), biases(2)];
      let h = hidden;
      const output = unroll(x, reverse, (xt) => {
        const r = b.unary("sigmoid", add(gate(xt, 0, size), recurrent(h, weightR, biasR)));
        const z = b.unary("sigmoid", add(gate(xt, 1, size), recurrent(h, weightZ, biasZ)));
        const candidate = resetAfter
          ? multiply(r, recurrent(h, weightN, biasN))
          : recurrent(multiply(r, h), weightN, biasN);
        const n = b.unary("tanh", add(gate(xt, 2, size), candidate));
        h = add(n, multiply(z, b.binary("subtract", h, n)));
        return h;
      });
      return { output };
    },
  };
};
