import { composed, type Shape, sizeOf } from "@lm/backend";
import { Generator } from "@lm/random";
import { describe, expect, it } from "vitest";
import { reference } from "./reference.ts";

/**
 * The composed definitions are the oracle of every engine's fused kernels, so they are themselves compared here with the
 * formulas of their sources, written as scalar loops.
 */
const b = reference();
const f = composed(b);
const generator = new Generator(5);
const draw = (...shape: number[]) => {
  const values = Array.from({ length: sizeOf(shape) }, () => generator.normal());
  return { values, handle: b.fromArray(values, shape), at: (i: number) => values[i]! };
};
const expectValues = async (
  handle: ReturnType<typeof b.fromArray>,
  shape: Shape,
  expected: number[],
) => {
  expect(handle.shape).toEqual(shape);
  expect([...(await b.read(handle))]).toEqual(expected.map((v) => expect.closeTo(v, 12)));
};
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const sum = (values: readonly number[]) => values.reduce((total, v) => total + v, 0);

describe("activations", () => {
  it("gelu is the tanh form of Hendrycks & Gimpel, not the exact one", async () => {
    const x = [-3, -1, 0, 0.5, 2];
    const gelu = (v: number) =>
      0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));
    await expectValues(f.gelu({ x: b.fromArray(x, [5]) }, {}).y, [5], x.map(gelu));
    expect(gelu(1)).toBeCloseTo(0.8411919906082768, 15);
  });

  it("silu, softmax, logSoftmax", async () => {
    const x = draw(2, 3);
    await expectValues(
      f.silu({ x: x.handle }, {}).y,
      [2, 3],
      x.values.map((v) => v * sigmoid(v)),
    );
    const rows = [x.values.slice(0, 3), x.values.slice(3)];
    const softmax = rows.flatMap((row) => row.map((v) => Math.exp(v) / sum(row.map(Math.exp))));
    await expectValues(f.softmax({ x: x.handle }, {}).y, [2, 3], softmax);
    await expectValues(f.logSoftmax({ x: x.handle }, {}).y, [2, 3], softmax.map(Math.log));
  });
});

describe("normalisations", () => {
  const x = draw(2, 4);
  const gain = draw(4);
  const bias = draw(4);
  const rows = [x.values.slice(0, 4), x.values.slice(4)];

  it("layerNorm uses the biased variance", async () => {
    const expected = rows.flatMap((row) => {
      const mean = sum(row) / 4;
      const variance = sum(row.map((v) => (v - mean) ** 2)) / 4;
      return row.map((v, i) => ((v - mean) / Math.sqrt(variance + 0.1)) * gain.at(i) + bias.at(i));
    });
    const inputs = { x: x.handle, gain: gain.handle, bias: bias.handle };
    await expectValues(f.layerNorm(inputs, { epsilon: 0.1 }).y, [2, 4], expected);
  });

  it("rmsNorm does not centre", async () => {
    const expected = rows.flatMap((row) => {
      const rms = Math.sqrt(sum(row.map((v) => v * v)) / 4 + 0.1);
      return row.map((v, i) => (v / rms) * gain.at(i));
    });
    await expectValues(
      f.rmsNorm({ x: x.handle, gain: gain.handle }, { epsilon: 0.1 }).y,
      [2, 4],
      expected,
    );
  });
});

it("crossEntropy is the negative log-probability of each target", async () => {
  const logits = draw(3, 4);
  const targets = [2, 0, -1];
  const expected = targets.map((target, row) => {
    if (target < 0) return 0;
    const values = logits.values.slice(4 * row, 4 * row + 4);
    return Math.log(sum(values.map(Math.exp))) - values[target]!;
  });
  const { loss } = f.crossEntropy(
    { logits: logits.handle, targets: b.fromArray(targets, [3]) },
    {},
  );
  await expectValues(loss, [3], expected);
});

it.each([true, false])(
  "attention mixes values by scaled dot products (causal: %s)",
  async (causal) => {
    const [batch, queries, keys, width, heads] = [2, 2, 3, 6, 2];
    const size = width / heads;
    const query = draw(batch, queries, width);
    const key = draw(batch, keys, width);
    const value = draw(batch, keys, width);
    const expected = range(batch * queries * width).map((position) => {
      const channel = position % width;
      const t = Math.floor(position / width) % queries;
      const n = Math.floor(position / width / queries);
      const first = Math.floor(channel / size) * size;
      const visible = range(keys).filter((s) => !causal || s <= t + keys - queries);
      const scores = visible.map(
        (s) =>
          sum(
            range(size).map(
              (d) =>
                query.at((n * queries + t) * width + first + d) *
                key.at((n * keys + s) * width + first + d),
            ),
          ) / Math.sqrt(size),
      );
      const total = sum(scores.map(Math.exp));
      return sum(
        visible.map(
          (s, i) => (Math.exp(scores[i]!) / total) * value.at((n * keys + s) * width + channel),
        ),
      );
    });
    const inputs = { query: query.handle, key: key.handle, value: value.handle };
    await expectValues(
      f.attention(inputs, { heads, causal }).output,
      [batch, queries, width],
      expected,
    );
  },
);

describe("recurrences", () => {
  const [batch, steps, size] = [2, 3, 2];

  /** One row at a time: `cell` gets the projected input of a step and the products W·h + b. */
  function unroll(
    gates: number,
    reverse: boolean,
    cell: (
      x: number[],
      product: (gate: number, h: number[]) => number[],
      h: number[],
      row: number,
    ) => number[],
  ) {
    const x = draw(batch, steps, gates * size);
    const hidden = draw(batch, size);
    const weight = draw(gates * size, size);
    const bias = draw(gates * size);
    const product = (gate: number, h: number[]) =>
      range(size).map((i) => {
        const row = gate * size + i;
        return bias.at(row) + sum(h.map((v, j) => v * weight.at(row * size + j)));
      });
    const output = new Array<number>(batch * steps * size);
    for (const row of range(batch)) {
      let h = hidden.values.slice(row * size, (row + 1) * size);
      for (const i of range(steps)) {
        const t = reverse ? steps - 1 - i : i;
        const start = (row * steps + t) * gates * size;
        h = cell(x.values.slice(start, start + gates * size), product, h, row);
        h.forEach((v, j) => {
          output[(row * steps + t) * size + j] = v;
        });
      }
    }
    const inputs = { x: x.handle, hidden: hidden.handle, weight: weight.handle, bias: bias.handle };
    return { inputs, output };
  }
  const part = (x: number[], gate: number) => x.slice(gate * size, (gate + 1) * size);

  it.each([false, true])("Elman (reverse: %s)", async (reverse) => {
    const { inputs, output } = unroll(1, reverse, (x, product, h) =>
      product(0, h).map((v, i) => Math.tanh(v + x[i]!)),
    );
    await expectValues(f.rnnSequence(inputs, { reverse }).output, [batch, steps, size], output);
  });

  it.each([false, true])("LSTM (reverse: %s)", async (reverse) => {
    const start = draw(batch, size);
    const cells = range(batch).map((row) => start.values.slice(row * size, (row + 1) * size));
    const { inputs, output } = unroll(4, reverse, (x, product, h, row) => {
      const gate = (index: number, squash: (v: number) => number) =>
        product(index, h).map((v, i) => squash(v + part(x, index)[i]!));
      const [i, f, g, o] = [
        gate(0, sigmoid),
        gate(1, sigmoid),
        gate(2, Math.tanh),
        gate(3, sigmoid),
      ];
      cells[row] = cells[row]!.map((c, j) => f[j]! * c + i[j]! * g[j]!);
      return cells[row].map((c, j) => o[j]! * Math.tanh(c));
    });
    const result = f.lstmSequence({ ...inputs, cell: start.handle }, { reverse });
    await expectValues(result.output, [batch, steps, size], output);
    await expectValues(result.finalCell, [batch, size], cells.flat());
  });

  it.each([
    [true, "after the product (cuDNN, PyTorch)"],
    [false, "before the product (Cho et al. 2014)"],
  ])("GRU (resetAfter: %s) applies the reset gate %s", async (resetAfter) => {
    const { inputs, output } = unroll(3, false, (x, product, h) => {
      const r = product(0, h).map((v, i) => sigmoid(v + part(x, 0)[i]!));
      const z = product(1, h).map((v, i) => sigmoid(v + part(x, 1)[i]!));
      const candidate = resetAfter
        ? product(2, h).map((v, i) => r[i]! * v)
        : product(
            2,
            h.map((v, i) => r[i]! * v),
          );
      const n = candidate.map((v, i) => Math.tanh(v + part(x, 2)[i]!));
      return n.map((v, i) => (1 - z[i]!) * v + z[i]! * h[i]!);
    });
    const result = f.gruSequence(inputs, { reverse: false, resetAfter });
    await expectValues(result.output, [batch, steps, size], output);
  });
});

describe("dropout", () => {
  it("keeps by the generator's stream and scales what it keeps", async () => {
    const stream = new Generator(3, 9);
    const expected = range(100).map(() => (stream.uniform() >= 0.25 ? 1 / 0.75 : 0));
    const x = b.fromArray(Array(100).fill(1), [100]);
    await expectValues(f.dropout({ x }, { rate: 0.25, seed: 3, stream: 9 }).y, [100], expected);
    expect(expected.filter((v) => v === 0).length).toBeGreaterThan(10);
  });
});
