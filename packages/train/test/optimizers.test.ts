import { readFileSync } from "node:fs";
import type { Backend } from "@lm/backend";
import { cpu } from "@lm/backend-cpu";
import { reference } from "@lm/backend-reference";
import { scopeOf, type Tensor, tensor } from "@lm/tensor";
import { expect, it } from "vitest";
import { describeShared } from "../../../tools/shared.ts";
import { adam, adamW, clipScale, globalNorm, type Optimizer, sgd } from "../src/index.ts";

interface Path {
  readonly optimizer: string;
  readonly a: number[];
  readonly w0: number[];
  readonly w_after_each_step: number[][];
}

const engines: readonly (readonly [string, () => Backend | Promise<Backend>])[] = [
  ["the reference", reference],
  ["the CPU engine", cpu],
];

/** The settings that PyTorch ran with. */
const optimizers: Record<string, Optimizer> = {
  sgd: sgd({ learningRate: 0.05 }),
  sgd_momentum: sgd({ learningRate: 0.05, momentum: 0.9 }),
  sgd_nesterov_wd: sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adam: adam({ learningRate: 0.01, beta2: 0.99 }),
  adamw: adamW({ learningRate: 0.01, beta2: 0.95, weightDecay: 0.1 }),
};

describeShared("PyTorch's optimizers", ["reference/pytorch/optimizers.json"], (path) => {
  const recorded: (Path & Record<string, never>)[] = JSON.parse(readFileSync(path!, "utf8"));
  const find = (name: string) => recorded.find(({ optimizer }) => optimizer === name)!;

  it.each(
    engines.flatMap(([engine, open]) =>
      Object.entries(optimizers).map(
        ([name, optimizer]) => [engine, name, open, optimizer] as const,
      ),
    ),
  )("%s takes the same ten steps of %s", async (_, name, open, optimizer) => {
    const { a, w0, w_after_each_step: expected } = find(name);
    const backend = await open();
    let w = tensor(w0, { backend });
    let state = optimizer.init({ w });
    for (const [i, after] of expected.entries()) {
      // d/dw (a·w² + sin 3w), as the recording says.
      const slope = (await w.read()).map((v, j) => 2 * a[j]! * v + 3 * Math.cos(3 * v));
      const gradients = { w: tensor(slope, { backend }) };
      const next = scopeOf(gradients, (gradients) =>
        optimizer.update({ parameters: { w }, gradients, state, step: i + 1 }),
      );
      w = next.parameters.w;
      state = next.state;
      const got = await w.read();
      after.forEach((value, j) => {
        expect(Math.abs(got[j]! - value), `step ${i + 1}`).toBeLessThan(1e-6);
      });
    }
  });

  it("clipping by norm scales alike", async () => {
    const { grad, max_norm, total_norm, clipped } = find("clip_grad_norm") as unknown as {
      grad: number[];
      max_norm: number;
      total_norm: number;
      clipped: number[];
    };
    const gradients = { g: tensor(grad, { backend: reference() }) };
    const norm = globalNorm(gradients);
    expect(Math.abs((await norm.item()) / total_norm - 1)).toBeLessThan(1e-6);
    const got = await gradients.g.multiply(clipScale(norm, max_norm)).read();
    clipped.forEach((value, i) => {
      expect(Math.abs(got[i]! - value)).toBeLessThan(1e-6);
    });
  });
});

it("clipping leaves small gradients as they are", async () => {
  const gradients = [
    tensor([0.3], { backend: reference() }),
    tensor([0.4], { backend: reference() }),
  ];
  const one = [gradients[0]!];
  expect(await clipScale(globalNorm(one), 1).item()).toBe(1);
});

it.each(Object.entries(optimizers))(
  "%s takes a scaled gradient as it does its product",
  async (_, optimizer) => {
    const place = { backend: reference() };
    const step = (gradients: Tensor[], scale?: Tensor) => {
      const parameters = [tensor([1, -2], place)];
      const state = optimizer.init(parameters);
      return optimizer
        .update({ parameters, gradients, scale, state, step: 1 })
        .parameters[0]!.read();
    };
    const gradient = tensor([0.5, 3], place);
    const scale = tensor(0.25, place);
    expect(await step([gradient], scale)).toEqual(await step([gradient.multiply(scale)]));
  },
);

it("Nesterov's momentum needs momentum", () => {
  expect(() => sgd({ learningRate: 1, nesterov: true })).toThrow("give momentum too");
});

it("weight decay can be kept from some parameters", async () => {
  const backend = reference();
  const optimizer = sgd({ learningRate: 1, weightDecay: 0.5, decays: (path) => path !== "bias" });
  const parameters = { weight: tensor([2], { backend }), bias: tensor([2], { backend }) };
  const gradients = { weight: tensor([0], { backend }), bias: tensor([0], { backend }) };
  const next = optimizer.update({ parameters, gradients, state: {}, step: 1 }).parameters;
  expect([await next.weight.item(), await next.bias.item()]).toEqual([1, 2]);
});
