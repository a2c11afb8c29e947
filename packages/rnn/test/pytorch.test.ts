import { readFileSync } from "node:fs";
import { valueAndGrad } from "@lm/autograd";
import type { Backend } from "@lm/backend";
import { cpu } from "@lm/backend-cpu";
import { reference } from "@lm/backend-reference";
import { createParameters } from "@lm/nn";
import { readSafetensors, type Tensor, tensor } from "@lm/tensor";
import { expect, it } from "vitest";
import { describeShared } from "../../../tools/shared.ts";
import { type Cell, createRecurrent, type RecurrentConfig, recurrent } from "../src/index.ts";

interface Values {
  readonly shape: number[];
  readonly data: number[];
}

/** What PyTorch's layer gave for an input. */
interface Expected {
  readonly kind: Cell;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly num_layers: number;
  readonly bidirectional: boolean;
  readonly input: Values;
  readonly output: Values;
  readonly h_n: Values;
  readonly c_n?: Values;
  readonly loss: number;
  readonly grad_input: Values;
  readonly grad_l2_norm: Record<string, number>;
}

const folders = [
  "rnn-2layer",
  "lstm-2layer",
  "gru-2layer",
  "lstm-bidirectional",
  "gru-bidirectional",
];

const engines: readonly (readonly [string, () => Backend | Promise<Backend>])[] = [
  ["the reference", reference],
  ["the CPU engine", cpu],
];

/** The largest difference, relative to the size of the whole. */
function distance(got: ArrayLike<number>, expected: readonly number[]): number {
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(got[i]! - value))) / size;
}

for (const folder of folders)
  describeShared(
    `PyTorch's ${folder}`,
    ["expected.json", "model.safetensors"].map((name) => `reference/pytorch/${folder}/${name}`),
    (json, weights) => {
      const expected: Expected = JSON.parse(readFileSync(json!, "utf8"));
      const config: RecurrentConfig = {
        cell: expected.kind,
        inputs: expected.input_size,
        hidden: expected.hidden_size,
        layers: expected.num_layers,
        bidirectional: expected.bidirectional,
        dropout: 0,
        reset: "after",
      };
      const load = (backend: Backend) =>
        createParameters({ backend, weights: readSafetensors(readFileSync(weights!)) }, (source) =>
          createRecurrent(source, config),
        );
      const near = async (got: Tensor, { shape, data }: Values) => {
        expect(got.shape).toEqual(shape);
        expect(distance(await got.read(), data)).toBeLessThan(2e-5);
      };

      it.each(engines)("agrees with %s in outputs and final states", async (_, open) => {
        const backend = await open();
        const x = tensor(expected.input.data, { backend, shape: expected.input.shape });
        const { output, state } = recurrent(load(backend), x, config);
        await near(output, expected.output);
        await near(state.hidden, expected.h_n);
        if (expected.c_n) await near(state.cell!, expected.c_n);
        expect(state.cell === undefined).toBe(expected.c_n === undefined);
      });

      it.each(engines)("agrees with %s in the loss and in every gradient", async (_, open) => {
        const backend = await open();
        const x = tensor(expected.input.data, { backend, shape: expected.input.shape });
        const weightsOfLoss = expected.output.data.map((_, i) => Math.sin(i));
        const { value, gradients } = valueAndGrad({ x, layers: load(backend) }, ({ x, layers }) => {
          const { output } = recurrent(layers, x, config);
          return output.multiply(tensor(weightsOfLoss, { backend, shape: output.shape })).sum();
        });
        expect(await value.item()).toBeCloseTo(expected.loss, 4);
        await near(gradients.x, expected.grad_input);
        for (const [name, norm] of Object.entries(expected.grad_l2_norm)) {
          const got = Math.hypot(...(await gradients.layers[name]!.read()));
          expect(Math.abs(got - norm) / norm, name).toBeLessThan(2e-5);
        }
      });
    },
  );
