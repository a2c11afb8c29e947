import type { FusedBackward, Shape } from "@lm/backend";
import { SUM } from "../../assembly/op-codes.ts";
import type { CpuTensor } from "../cpu-tensor.ts";
import type { Engine } from "../engine.ts";
import { type Recurrence, setSequence } from "./recurrence.ts";

/**
 * The derivatives of the recurrences. A kernel walks back through time to the gradients of x and of the initial state;
 * those of weights and bias, Σ g·hᵀ and Σ g over all rows and steps, are one product and one sum afterwards.
 */
export const recurrenceBackward = (engine: Engine): Pick<FusedBackward<CpuTensor>, Recurrence> => ({
  rnnSequence({ output: gradient }, { x, hidden, weight, bias }, { output }, { reverse }) {
    if (!gradient) return {};
    setSequence(engine, { x, hidden, weight, reverse });
    const dOutput = engine.contiguous(gradient);
    const sums = new WeightSums(engine, { output, hidden, shape: x.shape, reverse });
    const [dx, dHidden, dWeight, dBias] = createLike(engine, x, hidden, weight, bias);
    clear(engine, dHidden!);
    const g = engine.addressOf(dx!);
    const outputs = engine.addressOf(output);
    engine.kernels.rnnSequenceBackward(dOutput, outputs, g, engine.addressOf(dHidden!));
    sums.weight(g, dWeight!);
    sums.bias(g, dBias!);
    engine.finish();
    return { x: dx!, hidden: dHidden!, weight: dWeight!, bias: dBias! };
  },

  lstmSequence({ output: gradient, finalCell }, inputs, { output, gates, cells }, { reverse }) {
    if (!gradient && !finalCell) return {};
    const { x, hidden, cell, weight, bias } = inputs;
    setSequence(engine, { x, hidden, weight, reverse });
    const dOutput = gradient ? engine.contiguous(gradient) : 0;
    const from = [cell, gates!, cells!].map((saved) => engine.contiguous(saved));
    const sums = new WeightSums(engine, { output, hidden, shape: x.shape, reverse });
    const made = createLike(engine, x, hidden, cell, weight, bias);
    const [dx, dHidden, dCell, dWeight, dBias] = made;
    clear(engine, dHidden!);
    if (finalCell) engine.copy(finalCell, engine.addressOf(dCell!));
    else clear(engine, dCell!);
    const g = engine.addressOf(dx!);
    engine.kernels.lstmSequenceBackward(
      dOutput,
      ...(from as [number, number, number]),
      g,
      engine.addressOf(dHidden!),
      engine.addressOf(dCell!),
    );
    sums.weight(g, dWeight!);
    sums.bias(g, dBias!);
    engine.finish();
    return { x: dx!, hidden: dHidden!, cell: dCell!, weight: dWeight!, bias: dBias! };
  },

  gruSequence({ output: gradient }, inputs, { output, gates, candidate }, options) {
    if (!gradient) return {};
    const { reverse, resetAfter } = options;
    const { x, hidden, weight, bias } = inputs;
    const size = hidden.shape[1]!;
    setSequence(engine, { x, hidden, weight, reverse });
    const from = [gradient, hidden, output, gates!].map((input) => engine.contiguous(input));
    const candidates = engine.contiguous(candidate!);
    const sums = new WeightSums(engine, { output, hidden, shape: x.shape, reverse });
    // Where r acts after the recurrent products, their gradient is not that of x.
    const products = resetAfter ? engine.workspace(x.size) : 0;
    const [dx, dHidden, dWeight, dBias] = createLike(engine, x, hidden, weight, bias);
    clear(engine, dHidden!);
    const g = resetAfter ? products : engine.addressOf(dx!);
    engine.kernels.gruSequenceBackward(
      ...(from as [number, number, number, number]),
      candidates,
      engine.addressOf(dx!),
      g,
      engine.addressOf(dHidden!),
      resetAfter,
    );
    if (resetAfter) sums.weight(g, dWeight!);
    else {
      sums.weight(g, dWeight!, { end: 2 * size });
      sums.weight(g, dWeight!, { begin: 2 * size, states: candidates });
    }
    sums.bias(g, dBias!);
    engine.finish();
    return { x: dx!, hidden: dHidden!, weight: dWeight!, bias: dBias! };
  },
});

function createLike(engine: Engine, ...tensors: readonly CpuTensor[]): CpuTensor[] {
  return engine.createAll(tensors.map(({ shape }) => shape));
}

function clear(engine: Engine, x: CpuTensor): void {
  engine.kernels.clear(engine.addressOf(x), x.size * 4);
}

/** Sums over all rows and steps for the gradients g `[B, T, G·H]` of the recurrent products. */
class WeightSums {
  readonly #engine: Engine;
  readonly #steps: number;
  readonly #width: number;
  readonly #size: number;
  readonly #states: number;
  readonly #workspace: number;

  constructor(
    engine: Engine,
    {
      output,
      hidden,
      shape,
      reverse,
    }: {
      readonly output: CpuTensor;
      readonly hidden: CpuTensor;
      readonly shape: Shape;
      readonly reverse: boolean;
    },
  ) {
    const [batch, steps, width] = shape as [number, number, number];
    this.#engine = engine;
    this.#steps = batch * steps;
    this.#width = width;
    this.#size = hidden.shape[1]!;
    this.#states = statesBefore(engine, output, hidden, reverse);
    const floats = engine.kernels.reduceWorkspace(1, this.#steps, width);
    this.#workspace = engine.workspace(floats);
  }

  /** dW = gᵀ·states, for the rows of W (columns of g) from `begin` to `end`. */
  weight(
    g: number,
    dWeight: CpuTensor,
    { begin = 0, end = this.#width, states = this.#states } = {},
  ): void {
    const size = this.#size;
    const target = this.#engine.addressOf(dWeight) + begin * size * 4;
    const [rows, column] = [end - begin, g + begin * 4];
    const { matmul } = this.#engine.kernels;
    matmul(
      rows,
      size,
      this.#steps,
      column,
      1,
      this.#width,
      states,
      size,
      1,
      target,
      1,
      1,
      0,
      0,
      0,
      0,
    );
  }

  /** db = Σ g */
  bias(g: number, dBias: CpuTensor): void {
    const target = this.#engine.addressOf(dBias);
    const { reduce } = this.#engine.kernels;
    reduce(SUM, g, target, 1, this.#steps, this.#width, this.#workspace);
  }
}

/** The state that each step starts from, `[B, T, H]`: the output one step earlier, after the initial state. */
function statesBefore(
  engine: Engine,
  output: CpuTensor,
  hidden: CpuTensor,
  reverse: boolean,
): number {
  const [batch, steps, size] = output.shape as [number, number, number];
  const strides = [steps * size, size, 1];
  const states = engine.workspace(output.size);
  const stepBytes = size * 4;
  engine.copy(hidden, states + (reverse ? (steps - 1) * stepBytes : 0), [steps * size, 1]);
  const earlier = engine.view(output, [batch, steps - 1, size], strides, reverse ? size : 0);
  engine.copy(earlier, states + (reverse ? 0 : stepBytes), strides);
  engine.dispose(earlier);
  return states;
}
