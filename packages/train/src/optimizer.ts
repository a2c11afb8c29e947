import { flattenTensors, mapTensors, ones, type Tensor, zeros } from "@lm/tensor";
import { constant, type Schedule } from "./schedules.ts";

/** What an optimizer remembers: for each of its slots (`mean`, say) a tensor for every parameter, by its path. */
export type OptimizerState = Readonly<Record<string, Readonly<Record<string, Tensor>>>>;

/** The parameter trees of a step, and what the optimizer remembers of those before. */
export interface OptimizerStep<Parameters> {
  readonly parameters: Parameters;
  readonly gradients: Parameters;
  /** A factor of all gradients, one element (see `clipScale`); 1 by default. */
  readonly scale?: Tensor | undefined;
  readonly state: OptimizerState;
  /** The number of this step, from 1. */
  readonly step: number;
}

/** A rule that turns gradients into better parameters. It changes nothing in place: new trees come back. */
export interface Optimizer {
  readonly name: string;
  readonly learningRate: Schedule;
  /** The state before the first step. */
  init(parameters: unknown): OptimizerState;
  update<Parameters>(step: OptimizerStep<Parameters>): {
    readonly parameters: Parameters;
    readonly state: OptimizerState;
  };
}

/** Which parameters weight decay applies to, by path; by default all, as in PyTorch. */
export type Decays = (path: string, parameter: Tensor) => boolean;

export interface CommonOptions {
  readonly learningRate: number | Schedule;
  readonly weightDecay?: number;
  readonly decays?: Decays;
}

/** The new value of one parameter, and of its slots. */
type Rule = (one: {
  readonly path: string;
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** The factor of the gradient, one element. */
  readonly scale: Tensor;
  readonly slots: Readonly<Record<string, Tensor>>;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly step: number;
}) => { readonly parameter: Tensor; readonly slots: Readonly<Record<string, Tensor>> };

/** An optimizer that treats every parameter by one rule. */
export function perParameter(
  name: string,
  slotNames: readonly string[],
  { learningRate, weightDecay = 0, decays = () => true }: CommonOptions,
  rule: Rule,
): Optimizer {
  const schedule = typeof learningRate === "number" ? constant(learningRate) : learningRate;
  return {
    name,
    learningRate: schedule,

    init(parameters) {
      const flat = Object.entries(flattenTensors(parameters));
      const slot = () =>
        Object.fromEntries(
          flat.map(([path, { shape, backend }]) => [path, zeros(shape, { backend })]),
        );
      return Object.fromEntries(slotNames.map((slotName) => [slotName, slot()]));
    },

    update({ parameters, gradients, scale, state, step }) {
      const ofPath = flattenTensors(gradients);
      const backend = Object.values(ofPath)[0]?.backend;
      const factor = scale ?? (backend && ones([], { backend }));
      const next: Record<string, Record<string, Tensor>> = {};
      for (const slotName of slotNames) next[slotName] = {};
      const updated = mapTensors(parameters, (parameter, path) => {
        const slots = Object.fromEntries(slotNames.map((slot) => [slot, state[slot]![path]!]));
        const after = rule({
          path,
          parameter,
          gradient: ofPath[path]!,
          scale: factor!,
          slots,
          learningRate: schedule(step),
          weightDecay: decays(path, parameter) ? weightDecay : 0,
          step,
        });
        for (const slotName of slotNames) next[slotName]![path] = after.slots[slotName]!;
        return after.parameter;
      });
      return { parameters: updated, state: next };
    },
  };
}
