import { dropout, linear, type ParameterSource, uniform } from "@lm/nn";
import type { Generator } from "@lm/random";
import { fused, type Tensor, zeros } from "@lm/tensor";
import type { Cell, RecurrentConfig } from "./config.ts";

/** Rows of the weight matrices of each cell, in hidden sizes. */
const GATES: Record<Cell, number> = { rnn: 1, lstm: 4, gru: 3 };

/**
 * The weights of a stack, named as PyTorch names them: `weight_ih_l0 [gates·H, inputs]`, `weight_hh_l0 [gates·H, H]`,
 * `bias_ih_l0`, `bias_hh_l0`, then `…_l1`; `…_reverse` for the way back.
 */
export type RecurrentParameters = Readonly<Record<string, Tensor>>;

/** What a stack remembers, as PyTorch's `h_n` and, for the LSTM, `c_n`: `[layers · directions, B, H]`. */
export type RecurrentState = { readonly hidden: Tensor; readonly cell?: Tensor };

interface Direction {
  readonly suffix: string;
  readonly reverse: boolean;
}
const FORWARD: Direction = { suffix: "", reverse: false };
const BACKWARD: Direction = { suffix: "_reverse", reverse: true };

function directionsOf({ bidirectional }: RecurrentConfig): readonly Direction[] {
  return bidirectional ? [FORWARD, BACKWARD] : [FORWARD];
}

/** All weights and biases uniform within 1/√H, as in PyTorch. */
export function createRecurrent(
  source: ParameterSource,
  config: RecurrentConfig,
): RecurrentParameters {
  const { cell, inputs, hidden, layers } = config;
  const rows = GATES[cell] * hidden;
  const initializer = uniform(1 / Math.sqrt(hidden));
  const parameters: Record<string, Tensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    const width = layer === 0 ? inputs : hidden * directionsOf(config).length;
    for (const { suffix } of directionsOf(config))
      for (const [part, shape] of [
        ["weight_ih", [rows, width]],
        ["weight_hh", [rows, hidden]],
        ["bias_ih", [rows]],
        ["bias_hh", [rows]],
      ] as const) {
        const name = `${part}_l${layer}${suffix}`;
        parameters[name] = source.parameter(name, shape, initializer);
      }
  }
  return parameters;
}

/**
 * Runs a stack over `x [B, T, inputs]` from `state` (zeros where there is none): the last layer's output
 * `[B, T, H · directions]`, and the state after the last step (of the way back: after the first).
 */
export function recurrent(
  parameters: RecurrentParameters,
  x: Tensor,
  config: RecurrentConfig,
  {
    state,
    generator,
  }: {
    readonly state?: RecurrentState | undefined;
    readonly generator?: Generator | undefined;
  } = {},
): { readonly output: Tensor; readonly state: RecurrentState } {
  const directions = directionsOf(config);
  const { layers, hidden } = config;
  const rows = x.shape[0]!;
  const startOf = (memory: Tensor | undefined, index: number) =>
    memory
      ? memory
          .on(x.backend)
          .slice(0, index, index + 1)
          .reshape([rows, hidden])
      : zeros([rows, hidden], { backend: x.backend });
  const finals: CellStates[] = [];
  let output = x;
  for (let layer = 0; layer < layers; layer++) {
    const input = layer === 0 ? output : dropout(output, config.dropout, generator);
    const ways = directions.map((direction) => {
      const index = finals.length;
      const start = { hidden: startOf(state?.hidden, index), cell: startOf(state?.cell, index) };
      const way = runLayer(parameters, input, config, layer, direction, start);
      finals.push(way.final);
      return way.output;
    });
    output = ways[0]!.concat(ways.slice(1), 2);
  }
  return { output, state: stack(finals) };
}

/** The states of one layer and direction, each `[B, H]`. */
interface CellStates {
  readonly hidden: Tensor;
  readonly cell?: Tensor;
}

function runLayer(
  parameters: RecurrentParameters,
  input: Tensor,
  config: RecurrentConfig,
  layer: number,
  { suffix, reverse }: Direction,
  start: Required<CellStates>,
): { readonly output: Tensor; readonly final: CellStates } {
  const part = (name: string) => parameters[`${name}_l${layer}${suffix}`]!;
  // The whole sequence is projected at once; only the recurrence itself goes step by step.
  const x = linear({ weight: part("weight_ih"), bias: part("bias_ih") }, input); // [B, T, gates·H]
  const inputs = { x, hidden: start.hidden, weight: part("weight_hh"), bias: part("bias_hh") };
  const run: Record<Cell, () => { output: Tensor; cell?: Tensor }> = {
    rnn: () => fused("rnnSequence", inputs, { reverse }),
    lstm: () => {
      const { output, finalCell } = fused(
        "lstmSequence",
        { ...inputs, cell: start.cell },
        { reverse },
      );
      return { output, cell: finalCell };
    },
    gru: () => fused("gruSequence", inputs, { reverse, resetAfter: config.reset === "after" }),
  };
  const { output, cell } = run[config.cell]();
  const last = reverse ? 0 : output.shape[1]! - 1;
  const hidden = output.slice(1, last, last + 1).reshape(start.hidden.shape);
  return { output, final: cell ? { hidden, cell } : { hidden } };
}

/** `[B, H]` of each layer and direction → `[layers · directions, B, H]`. */
function stack(states: readonly CellStates[]): RecurrentState {
  const join = ([first, ...others]: readonly Tensor[]) =>
    first!.reshape([1, ...first!.shape]).concat(
      others.map((x) => x.reshape([1, ...x.shape])),
      0,
    );
  const hidden = join(states.map((state) => state.hidden));
  const cells = states.flatMap((state) => state.cell ?? []);
  return cells.length > 0 ? { hidden, cell: join(cells) } : { hidden };
}
