import { cpu } from "@lm/backend-cpu";
import { reference } from "@lm/backend-reference";
import { flattenTensors, tensor } from "@lm/tensor";
import { describe, expect, it } from "vitest";
import {
  adamW,
  type Checkpoint,
  checkpointFromBytes,
  checkpointToBytes,
  sgd,
  type TrainEvent,
  TrainingDivergedError,
  type TrainOptions,
  train,
} from "../src/index.ts";
import { countingText, toyModel } from "./toy-model.ts";

type Options = Partial<TrainOptions<ReturnType<typeof toyModel>["parameters"]>>;

async function run(options: Options, backend = reference()) {
  const model = options.model ?? toyModel(backend, { rate: 0.2 });
  const events: TrainEvent[] = [];
  const optimizer = adamW({ learningRate: 0.1 });
  for await (const event of train({ data: countingText, steps: 20, optimizer, ...options, model }))
    events.push(event);
  const steps = events.filter((event) => event.type === "step");
  return { model, events, steps, weights: await model.parameters.table.weight.read() };
}

describe("train", () => {
  it("learns, and says how it goes", async () => {
    const { steps } = await run({ steps: 60, clip: 1, model: toyModel(reference()) });
    expect(steps.map((event) => event.step)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(steps[0]).toMatchObject({ tokens: 6, learningRate: 0.1 });
    expect(steps[0]!.loss).toBeCloseTo(Math.log(5), 0);
    expect(steps.at(-1)!.loss).toBeLessThan(0.1);
    expect(steps[0]!.gradientNorm).toBeGreaterThan(0);
  });

  it("evaluates and checkpoints when due, and after the last step", async () => {
    const evaluation = { every: 8, data: countingText, batches: 3 };
    const { events } = await run({ evaluation, checkpointEvery: 15 });
    const at = events.flatMap((event) => {
      if (event.type === "evaluation") return [`evaluation ${event.step}`];
      return event.type === "checkpoint" ? [`checkpoint ${event.checkpoint.step}`] : [];
    });
    expect(at).toEqual([
      "evaluation 8",
      "checkpoint 15",
      "evaluation 16",
      "evaluation 20",
      "checkpoint 20",
    ]);
    const losses = events.flatMap((e) => (e.type === "evaluation" ? [e.crossEntropy] : []));
    expect(losses[2]).toBeLessThan(losses[0]!);
  });

  it("evaluates what the model's loss is, carrying the state along", async () => {
    const backend = reference();
    const model = toyModel(backend);
    const optimizer = sgd({ learningRate: 0 });
    const evaluation = { every: 10, data: countingText, batches: 10 };
    const { events, steps } = await run({ model, optimizer, evaluation, steps: 10 }, backend);
    const mean = steps.reduce((sum, { loss }) => sum + loss, 0) / 10;
    const [evaluated] = events.flatMap((e) => (e.type === "evaluation" ? [e.crossEntropy] : []));
    expect(evaluated).toBeCloseTo(mean, 12);
  });

  it.each([1, 7, 10, 13])("resumed after step %i goes on bit for bit", async (stop) => {
    const backend = await cpu();
    const whole = await run({ model: toyModel(backend, { rate: 0.2 }) });
    let saved: Checkpoint | undefined;
    const interrupted = {
      model: toyModel(backend, { rate: 0.2 }),
      data: countingText,
      optimizer: adamW({ learningRate: 0.1 }),
      steps: 20,
      checkpointEvery: stop,
    };
    for await (const event of train(interrupted))
      if (event.type === "checkpoint") {
        saved = checkpointFromBytes(checkpointToBytes(event.checkpoint));
        break;
      }
    expect(saved?.step).toBe(stop);
    const model = toyModel(backend, { rate: 0.2 });
    const { data, shape } = saved!.model["table.weight"]!;
    model.parameters = { table: { weight: tensor(data, { backend, shape }) } };
    const rest = await run({ model, resume: saved });
    expect(rest.steps[0]!.step).toBe(stop + 1);
    expect(rest.weights).toEqual(whole.weights);
    expect(rest.steps.at(-1)).toEqual(whole.steps.at(-1));
  });

  it("frees all but the parameters", async () => {
    const backend = reference();
    const { model } = await run(
      { steps: 30, checkpointEvery: 10, evaluation: { every: 5, data: countingText, batches: 2 } },
      backend,
    );
    expect(backend.memory().tensors).toBe(Object.keys(flattenTensors(model.parameters)).length);
  });

  it("frees all but the parameters when its listener leaves early", async () => {
    const backend = reference();
    const model = toyModel(backend);
    for await (const event of train({
      model,
      data: countingText,
      optimizer: adamW({ learningRate: 0.1 }),
      steps: 9,
    }))
      if (event.type === "step" && event.step === 4) break;
    expect(backend.memory().tensors).toBe(1);
  });

  it("stops with the step, the rate and the norm when the loss is no longer a number", async () => {
    const model = toyModel(reference());
    const broken = {
      ...model,
      loss: (...args: Parameters<typeof model.loss>) => {
        const { loss, state } = model.loss(...args);
        return { loss: loss.log().log(), state };
      },
    };
    const error = await run({ model: broken }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TrainingDivergedError);
    expect((error as Error).message).toMatch(/at step \d+ the loss is .* at learning rate 0.1/);
  });

  it("makes no checkpoint of weights that are broken already", async () => {
    const model = toyModel(reference());
    const optimizer = sgd({ learningRate: Number.POSITIVE_INFINITY });
    const steps: number[] = [];
    const broken = train({ model, data: countingText, optimizer, steps: 5, checkpointEvery: 1 });
    const read = async () => {
      for await (const event of broken)
        if (event.type === "checkpoint") steps.push(event.checkpoint.step);
    };
    await expect(read()).rejects.toThrow(TrainingDivergedError);
    expect(steps).toEqual([]);
  });

  it("refuses a checkpoint of another optimizer, and evaluation by nothing", async () => {
    let saved: Checkpoint | undefined;
    const { events } = await run({ steps: 2, checkpointEvery: 2 });
    for (const event of events) if (event.type === "checkpoint") saved = event.checkpoint;
    await expect(
      run({ resume: saved, optimizer: sgd({ learningRate: 1, momentum: 0.9 }) }),
    ).rejects.toThrow(
      "an optimizer's state of [mean,variance], but sgd on this model needs other tensors ([velocity])",
    );
    const evaluation = { every: 1, data: countingText, batches: 0 };
    await expect(run({ evaluation })).rejects.toThrow("evaluation.batches is 0");
  });

  it("stops at a signal", async () => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await expect(run({ signal: controller.signal })).rejects.toThrow("enough");
  });
});
