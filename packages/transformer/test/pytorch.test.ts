import { readFileSync } from "node:fs";
import { valueAndGrad } from "@lm/autograd";
import type { Backend } from "@lm/backend";
import { cpu } from "@lm/backend-cpu";
import { reference } from "@lm/backend-reference";
import { flattenTensors, readSafetensors } from "@lm/tensor";
import { Vocabulary } from "@lm/text";
import { expect, it } from "vitest";
import { describeShared } from "../../../tools/shared.ts";
import { forward, logitsOf } from "../src/forward.ts";
import { transformer } from "../src/index.ts";

const engines: readonly (readonly [string, () => Backend | Promise<Backend>])[] = [
  ["the reference", reference],
  ["the CPU engine", cpu],
];
const folder = "reference/pytorch/gpt2-tiny";

describeShared(
  "a GPT-2 of Hugging Face",
  ["config.json", "expected.json", "model.safetensors"].map((name) => `${folder}/${name}`),
  (configPath, expectedPath, weightsPath) => {
    const read = (path: string | undefined) => JSON.parse(readFileSync(path!, "utf8"));
    const { n_layer, n_head, n_embd, n_positions, vocab_size, activation_function } =
      read(configPath);
    const expected = read(expectedPath);
    const vocabulary = new Vocabulary(Array.from({ length: vocab_size }, (_, i) => `${i}`));
    const load = (backend: Backend) =>
      transformer(
        {
          vocabulary,
          layers: n_layer,
          heads: n_head,
          width: n_embd,
          context: n_positions,
          activation: activation_function,
        },
        { backend, weights: readSafetensors(readFileSync(weightsPath!)) },
      );
    const batch = {
      inputs: Int32Array.from(expected.input_ids.flat()),
      targets: Int32Array.from(expected.target_ids.flat()),
      rows: expected.input_ids.length,
      length: expected.input_ids[0].length,
      continues: false,
    };

    it.each(engines)("agrees with %s in its logits", async (_, open) => {
      const model = load(await open());
      const tokens = { ids: batch.inputs, rows: batch.rows, length: batch.length };
      const { hidden } = forward(model.parameters, tokens, model.config);
      const logits = logitsOf(model.parameters, hidden);
      expect(logits.shape).toEqual(expected.logits.shape);
      const got = await logits.read();
      const size = Math.max(...expected.logits.data.map(Math.abs));
      expected.logits.data.forEach((value: number, i: number) => {
        expect(Math.abs(got[i]! - value) / size).toBeLessThan(2e-5);
      });
    });

    it.each(engines)(
      "agrees with %s in its loss and in the gradient of every parameter",
      async (_, open) => {
        const model = load(await open());
        const { value, gradients } = valueAndGrad(
          model.parameters,
          (parameters) => model.loss(parameters, batch, {}).loss,
        );
        expect(Math.abs((await value.item()) - expected.loss) / expected.loss).toBeLessThan(2e-5);
        const flat = flattenTensors(gradients);
        expect(Object.keys(flat).sort()).toEqual(Object.keys(expected.grad_l2_norm).sort());
        for (const [name, norm] of Object.entries<number>(expected.grad_l2_norm)) {
          const got = await flat[name]!.read();
          expect(Math.abs(Math.hypot(...got) - norm) / norm, name).toBeLessThan(2e-5);
          expected.grad_sample[name].forEach((g: number, i: number) => {
            expect(Math.abs(got[i]! - g) / norm, `${name}[${i}]`).toBeLessThan(2e-5);
          });
        }
      },
    );
  },
);
