import { type Shape, sizeOf } from "@lm/backend";
import type { Generator } from "@lm/random";

/** Draws the first values of a parameter. */
export type Initializer = (shape: Shape, generator: Generator) => Float32Array;

/** The same value everywhere. */
export function constant(value: number): Initializer {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** Normal with mean 0. */
export function normal(deviation: number): Initializer {
  return (shape, generator) =>
    Float32Array.from({ length: sizeOf(shape) }, () => deviation * generator.normal());
}

/** Uniform in [−bound, bound). */
export function uniform(bound: number): Initializer {
  return (shape, generator) =>
    Float32Array.from({ length: sizeOf(shape) }, () => bound * (2 * generator.uniform() - 1));
}
