import type { Backend, Fused, Handle, Shape } from "@lm/backend";

/** A small computation that any backend can run; `f` holds every fused op, by kernel or composed. */
type Program = <T extends Handle>(b: Backend<T>, f: Fused<T>, inputs: readonly T[]) => T;

export interface CaseInput {
  readonly shape: Shape;
  /** The range of the random values. */
  readonly low?: number;
  readonly high?: number;
  /** Given values in place of random ones. Inputs with given values are not differentiated. */
  readonly values?: readonly number[];
}

/** A computation on which every backend must agree with the float64 reference, in values and in gradients. */
export interface ConformanceCase {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly run: Program;
  /** False where there is none to check: comparisons, special values, steps of an optimizer. */
  readonly gradient?: false;
}

/** An input of random values in [−1, 1). */
export const random = (...shape: number[]): CaseInput => ({ shape });
/** An input of random values in [0.5, 2), away from the places where logarithms, quotients and kinks are rough. */
export const positive = (...shape: number[]): CaseInput => ({ shape, low: 0.5, high: 2 });
/** An input of given values. */
export const given = (shape: Shape, values: readonly number[]): CaseInput => ({ shape, values });
